import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { root } from './root.mjs'

let project = ''

/** A project with the scripts of this one and nothing in its cache. */
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'telereel-setup-'))
  cpSync(join(root, 'scripts', 'setup'), join(project, 'scripts', 'setup'), { recursive: true })
  mkdirSync(join(project, 'bin'))
})
afterEach(() => rmSync(project, { recursive: true, force: true }))

/** A python3 that does as it is told instead of reaching for the package index. */
function python(script) {
  writeFileSync(join(project, 'bin', 'python3'), `#!/bin/sh\nPATH=/usr/bin:/bin\n${script}\n`)
  chmodSync(join(project, 'bin', 'python3'), 0o755)
}

function install() {
  const script =
    `const { installYtdlp } = await import('./scripts/setup/yt-dlp.mjs')\n` +
    `console.log('missing:' + (await installYtdlp()).map(({ name }) => name).join())`
  const options = { cwd: project, encoding: 'utf8', env: { PATH: join(project, 'bin') } }
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], options)
  return stdout.trim().split('\n').at(-1)
}

const installed = () => join(project, 'node_modules', '.cache', 'telereel', 'yt-dlp', 'yt-dlp')

describe('yt-dlp for the tests', () => {
  it('is fetched once, and not again', () => {
    python(`case "$*" in
*download*) shift 2; while [ "$1" != -d ]; do shift; done; touch "$2/yt_dlp-1.whl"; echo x >> ${'$'}{0%/*}/calls;;
*zipfile*) for target; do :; done; mkdir -p "$target/yt_dlp";;
esac`)
    expect(install()).toBe('missing:')
    expect(existsSync(installed())).toBe(true)
    expect(install()).toBe('missing:')
    expect(readFileSync(join(project, 'bin', 'calls'), 'utf8')).toBe('x\n')
  })

  it.each([
    ['the package index cannot be reached', 'exit 1'],
    ['it is no wheel', 'exit 0'],
  ])('is named as missing when %s', (_, script) => {
    python(script)
    expect(install()).toMatch(/^missing:yt-dlp \d/)
    expect(existsSync(installed())).toBe(false)
  })

  it('is named as missing where there is no Python', () => {
    expect(install()).toMatch(/^missing:yt-dlp \d/)
  })
})
