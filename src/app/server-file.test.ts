import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { findServer, type RunningServer, removeServerFile, writeServerFile } from './server-file.ts'

const url = 'http://127.0.0.1:8080'

let dataDir: string
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'telereel-server-'))
})
afterEach(() => rm(dataDir, { recursive: true, force: true }))

it('says where the server of a data folder is, while it runs', async () => {
  expect(await findServer(dataDir)).toBeNull()
  await writeServerFile(dataDir, { url })
  expect(await findServer(dataDir)).toMatchObject({ url, pid: process.pid })
  await removeServerFile(dataDir)
  expect(await findServer(dataDir)).toBeNull()
})

it.each([
  ['that has ended', async () => ({ pid: await pidOfNobody() })],
  ['whose pid another process has now', async () => ({ started: '1' })],
  ['of before the last boot, or of another container', async () => ({ space: 'elsewhere' })],
])('finds no server %s', async (_, change) => {
  await writeServerFile(dataDir, { url })
  const path = join(dataDir, 'server.json')
  const mine = JSON.parse(await readFile(path, 'utf8')) as RunningServer
  await writeFile(path, JSON.stringify({ ...mine, ...(await change()) }))
  expect(await findServer(dataDir)).toBeNull()
})

it.each(['', 'no JSON', '{"pid":1,"url":"http://127.0.0.1:9"}'])('finds no server in %j', async (text) => {
  await writeFile(join(dataDir, 'server.json'), text)
  expect(await findServer(dataDir)).toBeNull()
})

async function pidOfNobody(): Promise<number> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' })
  await once(child, 'close')
  return child.pid ?? 0
}
