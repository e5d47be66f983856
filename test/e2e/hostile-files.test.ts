import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:fs'
import { type FileHandle, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { playlistPath } from '#surfaces/http/contract/addresses.ts'
import { disguisedFiles, pixelBombs, withManyTracks } from '../support/disguised-files.ts'
import { mediaFile } from '../support/media-matrix.ts'
import { type CommandResult, runTelereel } from '../support/run-telereel.ts'
import { type RunningServer, startServer } from '../support/start-server.ts'
import { uploadByCli } from '../support/upload-by-cli.ts'

/** Whoever asks this server was made to by a file. */
const requests: string[] = []
const canary = createServer((request, response) => {
  requests.push(request.url ?? '')
  response.end('secret')
})
const SONG = Buffer.from('secret')

const folder = await mkdtemp(join(tmpdir(), 'telereel-hostile-'))
const secret = join(folder, 'canary')
canary.listen(0, '127.0.0.1')
await once(canary, 'listening')
const canaryUrl = `http://127.0.0.1:${(canary.address() as AddressInfo).port}`
const FILES = disguisedFiles(canaryUrl, secret)
let server: RunningServer
/** A pipe that holds something: who reads it takes it out. */
let pipe: FileHandle

beforeAll(async () => {
  await promisify(execFile)('mkfifo', [secret])
  pipe = await open(secret, constants.O_RDWR | constants.O_NONBLOCK)
  await pipe.write(SONG)
  server = await startServer()
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await pipe.close()
  canary.close()
  await rm(folder, { recursive: true, force: true })
})

describe('a file that is no film', () => {
  it.each(FILES)('is refused by the command line: $name', async ({ name, bytes }) => {
    const path = await fileOf(`${name}.mp4`, bytes)
    const refused = await upload(path)
    expect(refused.code).toBe(1)
    expectsSaid(refused, 'not-media')
  })

  it.each(FILES)('is refused by the server: $name', async ({ name, bytes }) => {
    const id = await server.api.upload(await fileOf(`${name}.mp4`, bytes))
    const { state, failure } = await server.api.waitEnded(id)
    expect(state).toBe('error')
    expect(failure).toMatchObject({ code: 'not-media', message: expect.stringMatching(/\S/) })
    expect(failure?.why).toMatch(/\S/)
    expect(failure?.fix).toMatch(/\S/)
    expect((await fetch(server.url + playlistPath(id))).status).toBeGreaterThanOrEqual(400)
  })

  it('is refused when it has no bytes at all', async () => {
    const refused = await upload(await fileOf('empty.mp4', new Uint8Array(0)))
    expect(refused.code).toBe(1)
    expectsSaid(refused, 'not-media')
  })

  it('is refused with a thousand tracks', async () => {
    const film = await readFile(await mediaFile('mp4-moov-last'))
    const refused = await upload(await fileOf('tracks.mp4', withManyTracks(film, 1000)))
    expect(refused.code).toBe(1)
    expectsSaid(refused, 'media-refused')
  })

  it('is refused with pictures of 67 million pixels', async () => {
    for (const [code, path] of Object.entries(await pixelBombs(folder))) {
      const { failure } = await server.api.waitEnded(await server.api.upload(path))
      expect(failure).toMatchObject({ code, why: expect.stringMatching(/\S/) })
    }
  })

  it('cannot steer the terminal by its name', async () => {
    const path = await fileOf('\u001b[31m\u001b]0;mine\u0007.mp4', Buffer.from('no film'))
    expectsSaid(await upload(path), 'not-media')
    const missing = await upload(`${path}.gone`)
    expect(missing.code).toBe(7)
    expectsSaid(missing, 'not-found')
    const listed = await runTelereel(['list'], { dataDir: server.dataDir })
    expect(listed.stdout).toContain(']0;mine')
    expect(listed.stdout).not.toMatch(NOT_PLAIN)
  })
})

describe.each(['mp4-moov-first', 'mp4-moov-last', 'mkv-ac3-dts-subtitles'] as const)('%s cut short', (name) => {
  it.each([10, 50, 90])('to %i of 100 plays as far as it goes, or says why not', async (percent) => {
    const whole = await readFile(await mediaFile(name))
    const bytes = whole.subarray(0, Math.floor((whole.byteLength * percent) / 100))
    const path = await fileOf(`${name}-${percent}.mp4`, bytes)
    const { code, videoId, stderr } = await uploadByCli(server, path)
    const { state, failure, notes } = await server.api.video(videoId)
    if (name === 'mp4-moov-last') {
      expect(code).toBe(1)
      expect(state).toBe('error')
      expect(failure).toMatchObject({ code: 'media-damaged', why: expect.stringMatching(/\S/) })
    } else {
      expect(code, stderr).toBe(0)
      expect(notes.join()).toContain('damaged')
      await expectPlays(videoId)
    }
  })
})

describe('after all that', () => {
  it('nothing was opened outside', async () => {
    expect(requests).toEqual([])
    expect(await left()).toEqual(SONG)
  })

  it('the server is well, and an honest file plays', async () => {
    expect(await server.api.get('/health')).toMatchObject({ ok: true })
    const id = await server.api.upload(await mediaFile('mp4-moov-first'))
    expect((await server.api.waitReady(id)).notes).toEqual([])
    await expectPlays(id)
  })

  it('would have noticed (or the tests above would prove nothing)', async () => {
    await fetch(canaryUrl)
    await pipe.write(SONG)
    await promisify(execFile)('head', ['-c', '1', secret])
    expect(requests).toEqual(['/'])
    expect(await left()).not.toEqual(SONG)
  })
})

/** What is in the pipe; afterwards it is empty. */
async function left(): Promise<Uint8Array> {
  const { bytesRead, buffer } = await pipe.read(Buffer.alloc(64), 0, 64)
  return buffer.subarray(0, bytesRead)
}

const NOT_PLAIN = /[^\n\P{Cc}]/u

async function fileOf(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, bytes)
  return path
}

function upload(path: string): Promise<CommandResult> {
  return runTelereel(['upload', '--video', path], { dataDir: server.dataDir })
}

/** The three lines of an error, for people: no stack, nothing that moves a terminal. */
function expectsSaid({ stdout, stderr }: CommandResult, code: string): void {
  expect(stderr).toContain(`[${code}]`)
  expect(stderr).toMatch(/^ {2}Fix {3}\S/m)
  if (code !== 'not-found') expect(stderr).toMatch(/^ {2}Why {3}\S/m)
  expect(stderr).not.toMatch(/^\s+at /m)
  expect(stdout + stderr).not.toMatch(NOT_PLAIN)
}

/** Every playlist and every segment of it answers. */
async function expectPlays(id: string): Promise<void> {
  const address = server.url + playlistPath(id)
  const addresses = addressesIn(await textOf(address), address)
  expect(addresses.length).toBeGreaterThan(0)
  for (const playlist of addresses) {
    for (const segment of addressesIn(await textOf(playlist), playlist)) {
      const answer = await fetch(segment)
      expect(answer.status).toBe(200)
      expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(0)
    }
  }
}

async function textOf(address: string): Promise<string> {
  const answer = await fetch(address)
  expect(answer.status, address).toBe(200)
  return answer.text()
}

function addressesIn(playlist: string, base: string): string[] {
  const lines = playlist.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return lines.map((line) => new URL(line, base).href)
}
