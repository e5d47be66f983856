import { readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { VideoId } from '#domain/ids.ts'
import { mediaFile } from '../support/media-matrix.ts'
import { readServed } from '../support/served-stream.ts'
import type { RunningServer } from '../support/start-server.ts'
import { openTelegramLab, type TelegramLab } from '../support/telegram-lab.ts'

let lab: TelegramLab
let videoId: VideoId
let served: ReadonlyMap<string, Buffer>

beforeAll(async () => {
  lab = await openTelegramLab({ telegram: { bots: 2 }, env: { ENABLE_CACHE_WARMING: 'false' } })
  videoId = await lab.upload(await mediaFile('mp4-two-voices'))
  await using server = await lab.serve()
  served = await play(server)
})
afterAll(() => lab?.[Symbol.asyncDispose]())

const play = (server: RunningServer) => readServed(`${server.url}/playlist/local/${videoId}.m3u8`)
const downloads = () => lab.telegram.journal.of('download').length
const packs = () => lab.telegram.journal.of('sendDocument').length

async function stats(server: RunningServer) {
  return (await (await fetch(`${server.url}/cache/stats`)).json()) as {
    readonly hits: number
    readonly misses: number
    readonly items: number
    readonly diskHits: number
    readonly tiers: readonly { readonly kind: string; readonly damaged: number; readonly items: number }[]
  }
}

/** The first segment that one of the tracks has. */
async function firstSegment(server: RunningServer): Promise<string> {
  const list = `${server.url}/playlist/local/${videoId}/v0.m3u8`
  const lines = (await (await fetch(list)).text()).split('\n')
  return new URL(lines.find((line) => line !== '' && !line.startsWith('#')) ?? '', list).href
}

describe('playing from Telegram', () => {
  it('reads a pack once for a thousand viewers of a cold segment, and none gets an error', async () => {
    await using server = await lab.serve({ PRELOAD_SEGMENTS: '0' })
    const url = await firstSegment(server)
    const before = downloads()
    const sizes = await Promise.all(
      Array.from({ length: 1000 }, async () => {
        const answer = await fetch(url)
        return [answer.status, (await answer.arrayBuffer()).byteLength].join()
      }),
    )
    expect(new Set(sizes).size).toBe(1)
    expect(sizes[0]).toMatch(/^200,/)
    const [one] = await Promise.all([fetch(url)])
    expect(one.headers.get('x-cache')).toBe('HIT-MEMORY')
    // The pack of the segment; a segment across a border has two.
    expect(downloads() - before).toBeLessThanOrEqual(2)
  })

  it('reads every pack once for a film that is too large for the cache, and keeps nothing of it there', async () => {
    await using server = await lab.serve({ STREAMING_THRESHOLD_GB: '0', PRELOAD_SEGMENTS: '2' })
    const before = downloads()
    expect(await play(server)).toEqual(served)
    expect(downloads() - before).toBeLessThanOrEqual(packs())
    expect(await stats(server)).toMatchObject({ items: 0 })
  })
})

describe('a disk cache', () => {
  const env = { CACHE_TYPE: 'disk', CACHE_DIR: 'slices', PRELOAD_SEGMENTS: '0' }

  it('answers after a restart without asking Telegram', async () => {
    {
      await using server = await lab.serve(env)
      expect(await play(server)).toEqual(served)
    }
    await using server = await lab.serve(env)
    const before = downloads()
    expect(await play(server)).toEqual(served)
    expect(downloads()).toBe(before)
    expect((await stats(server)).diskHits).toBeGreaterThan(0)
  })

  it('survives a kill, flipped bits and cut files: what is wrong is fetched again, never served', async () => {
    {
      await using server = await lab.serve(env)
      await server.kill9()
    }
    const files = await cachedFiles()
    expect(files.length).toBeGreaterThan(5)
    for (const [index, path] of files.entries()) {
      const bytes = await readFile(path)
      if (index % 3 === 0) await truncate(path, Math.floor(bytes.length / 2))
      if (index % 3 !== 1) continue
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 4
      await writeFile(path, bytes)
    }
    await using server = await lab.serve(env)
    expect(await play(server)).toEqual(served)
    const disk = (await stats(server)).tiers.find(({ kind }) => kind === 'disk')
    expect(disk?.damaged).toBeGreaterThan(3)
    expect(await play(server)).toEqual(served)
  })

  async function cachedFiles(): Promise<readonly string[]> {
    const entries = await readdir(join(lab.dataDir, 'slices', videoId), { withFileTypes: true })
    return entries.map(({ parentPath, name }) => join(parentPath, name))
  }
})
