import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  bombs,
  type Canaries,
  cutShort,
  disguisedPlaylists,
  nothings,
  writeFiles,
} from '#test/support/hostile-files.ts'
import { mediaFile } from '#test/support/media-matrix.ts'
import { playWithFfmpeg } from '#test/support/players/ffmpeg.ts'
import { type RunningServer, startServer } from '#test/support/start-server.ts'

let server: RunningServer
let folder: string
let canaries: Awaited<ReturnType<typeof putUpCanaries>>
beforeAll(async () => {
  server = await startServer()
  folder = await mkdtemp(join(tmpdir(), 'telereel-hostile-'))
  canaries = await putUpCanaries(folder)
})
afterAll(async () => {
  await canaries?.close()
  await server?.[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

describe('uploads that are not what their name says', () => {
  it('are refused by what they are, and nothing that they name is opened', async () => {
    const paths = await writeFiles(join(folder, 'playlists'), disguisedPlaylists(canaries))
    for (const path of paths) expect([basename(path), await failureOf(path)]).toEqual([basename(path), NOT_MEDIA])
    expect(await canaries.touched()).toEqual([])
  })

  it('would be noticed if they were opened', async () => {
    const others = await putUpCanaries(join(folder, 'playlists'))
    await fetch(others.url)
    await promisify(execFile)('head', ['-c', '5', others.path])
    expect(await others.touched()).toEqual(['a connection', '/', 'the file'])
    await others.close()
  })

  it('are refused where they hold nothing at all', async () => {
    for (const path of await writeFiles(join(folder, 'nothing'), nothings())) {
      expect([basename(path), (await failureOf(path))?.code]).toEqual([
        basename(path),
        expect.stringMatching(/^(not-media|media-damaged)$/),
      ])
    }
    const [empty = ''] = await writeFiles(join(folder, 'nothing'), { 'empty.mp4': '' })
    await expect(server.api.upload(empty)).rejects.toThrow(/empty/)
  })
})

describe('uploads that want too much', () => {
  it('are refused before they get it', async () => {
    const { picture, pixels, streams } = await bombs(folder)
    expect(await failureOf(picture)).toEqual(NOT_MEDIA)
    for (const path of [pixels, streams]) {
      expect([basename(path), (await failureOf(path))?.code]).toEqual([basename(path), 'media-refused'])
    }
  })
})

describe('a transport stream that ends too early', () => {
  it('is played as far as it goes: it says nowhere how long it should be', async () => {
    for (const percent of [10, 50, 90]) {
      const video = await server.api.waitReady(await server.api.upload(await cutShort(folder, 'ts-h264-adts', percent)))
      const { ended, frames = 0 } = await playWithFfmpeg(server.url + video.playlistUrl)
      expect(ended).toBe(true)
      expect(frames).toBeGreaterThan((300 * (percent - 10)) / 100)
      expect(frames).toBeLessThan(300)
    }
  })
})

describe('afterwards', () => {
  it('the server is well and takes an honest film', async () => {
    expect(await server.api.get('/health')).toEqual({ ok: true, catalog: true, store: true })
    const video = await server.api.waitReady(await server.api.upload(await mediaFile('mp4-moov-first')))
    const played = await playWithFfmpeg(server.url + video.playlistUrl)
    expect(played).toMatchObject({ ended: true, frames: 300, errorLines: [] })
    expect(server.log()).not.toMatch(/unhandled|it ended:/i)
  })
})

const NOT_MEDIA = {
  code: 'not-media',
  message: expect.stringMatching(/^The file .*\.$/),
  why: expect.stringMatching(/\.$/),
  fix: expect.stringMatching(/\.$/),
}

/** What people are told of an upload that became no video. */
async function failureOf(path: string) {
  const video = await server.api.waitEnded(await server.api.upload(path))
  expect([basename(path), video.state]).toEqual([basename(path), 'error'])
  return video.failure
}

/** Somebody who listens, and a pipe that holds something: who reads it, takes it out. */
async function putUpCanaries(inFolder: string) {
  const asked: string[] = []
  const listener = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.end()
  })
  listener.on('connection', () => asked.push('a connection'))
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const { port } = listener.address() as { readonly port: number }
  const path = join(inFolder, 'canary.ts')
  await promisify(execFile)('mkfifo', [path])
  const pipe = await open(path, constants.O_RDWR | constants.O_NONBLOCK)
  const song = Buffer.from('still singing')
  await pipe.write(song)
  return {
    url: `http://127.0.0.1:${port}`,
    path,
    async touched(): Promise<string[]> {
      const { bytesRead, buffer } = await pipe.read(Buffer.alloc(64), 0, 64)
      return [...asked, ...(buffer.subarray(0, bytesRead).equals(song) ? [] : ['the file'])]
    },
    async close() {
      await pipe.close()
      listener.closeAllConnections()
      await new Promise((resolve) => listener.close(resolve))
    },
  } satisfies Canaries & Record<string, unknown>
}
