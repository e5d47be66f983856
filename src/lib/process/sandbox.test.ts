import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { detectSandbox, inSandbox, type Sandbox, type SandboxMounts } from './sandbox.ts'
import { startProcess } from './start-process.ts'

const PATH = '/usr/bin:/bin'
let folder = ''
let sandbox: Sandbox

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'telereel-sandbox-'))
  writeFileSync(join(folder, 'there'), 'there')
  sandbox = await detectSandbox(PATH, ['/bin/true'])
})

afterAll(() => rm(folder, { recursive: true, force: true }))

async function printed(script: string, mounts: SandboxMounts): Promise<string> {
  const command = await inSandbox(sandbox, ['/bin/bash', '-c', script], mounts)
  await using child = await startProcess({ command, env: { PATH }, timeLimitMs: 20_000 })
  const chunks: Uint8Array[] = []
  for await (const chunk of child.output()) chunks.push(chunk)
  return Buffer.concat(chunks).toString().trim()
}

describe.runIf(process.platform === 'linux')('the sandbox', () => {
  it('leaves a command alone where there is none', async () => {
    expect(await inSandbox({ level: 'none', why: '', bwrap: null }, ['x', '-y'], { writable: ['/'] })).toEqual([
      'x',
      '-y',
    ])
  })

  it('is not used when the program does not run in it', async () => {
    expect(await detectSandbox(PATH, ['/bin/false'])).toMatchObject({ level: 'none' })
  })

  it('shows no file but those that are given to it, and lets only what may be written be written', async () => {
    expect(sandbox.level).not.toBe('none')
    const script = `cat ${folder}/there; echo new > ${folder}/new && echo written`
    expect(await printed(script, {})).toBe('')
    expect(await printed(script, { readOnly: [folder] })).toBe('there')
    expect(await printed(script, { writable: [folder] })).toBe('therewritten')
  })

  it('shuts the network off unless it is asked for', async () => {
    const server = createServer((socket) => socket.end('reached')).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const script = `cat < /dev/tcp/127.0.0.1/${port}`
    if (sandbox.level === 'full') expect(await printed(script, {})).toBe('')
    expect(await printed(script, { network: true })).toBe('reached')
    server.close()
  })
})
