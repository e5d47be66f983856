import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { root } from './root.mjs'

let bin = ''

beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), 'telereel-bin-'))
  for (const tool of ['sh', 'env', 'touch', 'chmod']) symlinkSync(join('/usr/bin', tool), join(bin, tool))
})

afterEach(() => rmSync(bin, { recursive: true, force: true }))

function program(name, script) {
  writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`)
  chmodSync(join(bin, name), 0o755)
}

/** An apt-get that writes down how it was called and brings a program called `tool`, if it may. */
function aptGet(script = '') {
  const log = join(bin, 'apt.log')
  program(
    'apt-get',
    `echo "$@" >> ${log}\n${script}\ncase "$1" in install) touch ${bin}/tool; chmod 755 ${bin}/tool;; esac`,
  )
  program('sudo', 'shift; exec "$@"')
  return () => readFileSync(log, 'utf8').trim().split('\n')
}

/** Asks for a package in a system that has only the programs above; answers what is still missing. */
function install(tool) {
  const script =
    `const { installSystemPackages } = await import('./scripts/setup/system-packages.mjs')\n` +
    `const missing = await installSystemPackages([${JSON.stringify(tool)}])\n` +
    `console.log('missing:' + missing.map(({ name }) => name).join())`
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: root,
    encoding: 'utf8',
    env: { PATH: bin },
  })
  return stdout.trim().split('\n').at(-1)
}

describe('packages of the system', () => {
  const tool = { name: 'tool-package', commands: ['tool'] }

  it('are left alone when their programs are there', () => {
    program('tool', '')
    const calls = aptGet('exit 1')
    expect(install(tool)).toBe('missing:')
    expect(calls).toThrow('ENOENT')
  })

  it('are installed through apt, without what is only recommended', () => {
    const calls = aptGet()
    expect(install(tool)).toBe('missing:')
    expect(calls().at(-1)).toMatch(/^install -y .*--no-install-recommends .*tool-package$/)
  })

  it('are tried once more after an update when the lists are too old', () => {
    const calls = aptGet(
      `case "$1" in install) [ -e ${'$'}{0%/*}/updated ] || exit 100;; update) touch ${'$'}{0%/*}/updated;; esac`,
    )
    expect(install(tool)).toBe('missing:')
    expect(calls().map((call) => call.split(' ')[0])).toEqual(expect.arrayContaining(['update', 'install']))
    expect(calls().at(-1)).toMatch(/^install/)
  })

  it('are named as missing where there is no apt, or apt fails', () => {
    expect(install(tool)).toBe('missing:tool-package')
    aptGet('exit 100')
    expect(install(tool)).toBe('missing:tool-package')
  })
})
