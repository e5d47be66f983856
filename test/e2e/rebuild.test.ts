import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { VideoRecord } from '#domain/catalog.ts'
import type { VideoId } from '#domain/ids.ts'
import { comparable } from '../support/comparable-record.ts'
import { mediaFile } from '../support/media-matrix.ts'
import { type CommandResult, runTelereel } from '../support/run-telereel.ts'
import { makeDataDir } from '../support/start-server.ts'
import { readStored } from '../support/stored-bytes.ts'
import { uploadByCli } from '../support/upload-by-cli.ts'

/** Small packs, so that a film lies in several. */
const ENV = { MAX_CHUNK_SIZE: '1048576' }

let dataDir: string
const records = new Map<VideoId, VideoRecord>()
const run = (...args: string[]): Promise<CommandResult> => runTelereel(args, { dataDir, env: ENV })

beforeAll(async () => {
  dataDir = await makeDataDir()
  for (const name of ['mp4-moov-last', 'mkv-ac3-dts-subtitles', 'm4a-only'] as const) {
    const { code, videoId, stderr } = await uploadByCli({ dataDir }, await mediaFile(name), ENV)
    expect(code, stderr).toBe(0)
    records.set(videoId as VideoId, (await readStored(dataDir, videoId as VideoId)).record)
  }
})
afterAll(() => rm(dataDir, { recursive: true, force: true }))

describe('a library whose catalog is lost', () => {
  it('comes back from the store alone, field by field', async () => {
    await loseCatalog()
    const rebuilt = await run('rebuild', '--json')
    expect(rebuilt.code, rebuilt.stderr).toBe(0)
    expect(rebuilt.json().at(-1)).toMatchObject({ type: 'summary', restored: records.size, partial: 0, unreadable: 0 })
    for (const [videoId, before] of records) {
      const { record, strays } = await readStored(dataDir, videoId)
      expect(strays).toEqual([])
      expect(comparable(record)).toEqual(comparable(before))
    }
    expect((await run('verify', '--json')).code).toBe(0)
  })

  it('leaves alone what the catalog still knows', async () => {
    const again = await run('rebuild', '--json')
    expect(again.json().at(-1)).toMatchObject({ type: 'summary', restored: 0, known: records.size })
  })

  it('comes back in part where the pack with the manifest is lost too', async () => {
    const [videoId, before] = [...records].find(([, { packs }]) => packs.length > 2) as [VideoId, VideoRecord]
    const last = before.packs.at(-1)
    await using lost = await withoutPack(videoId, last?.position ?? 0)
    await loseCatalog()
    const rebuilt = await run('rebuild', '--json')
    expect(rebuilt.code).toBe(3)
    const { record } = await readStored(dataDir, videoId)
    expect(record.tracks.map(({ name, codecs }) => [name, codecs])).toEqual(
      before.tracks.map(({ name, codecs }) => [name, codecs]),
    )
    expect(record.segments.length).toBeGreaterThan(0)
    const kept = new Set(record.packs.map(({ position }) => position))
    expect(kept.has(last?.position ?? 0)).toBe(false)
    await lost.putBack()
    await loseCatalog()
    expect((await run('rebuild', '--json')).code).toBe(0)
  })

  it('comes back without what lay in a lost pack, and says which time is missing', async () => {
    const [videoId, before] = [...records].find(([, { packs }]) => packs.length > 2) as [VideoId, VideoRecord]
    await using lost = await withoutPack(videoId, 1)
    await loseCatalog()
    expect((await run('rebuild', '--json')).code).toBe(3)
    const { record } = await readStored(dataDir, videoId)
    const gone = before.packs.find(({ position }) => position === 1)?.id
    const kept = before.segments.filter(({ slices }) => slices.every(({ packId }) => packId !== gone))
    expect(record.segments).toEqual(kept)
    expect(record.video.notes.join()).toMatch(/Rebuilt without parts between second \d+ and \d+/)
    await lost.putBack()
    await loseCatalog()
    expect((await run('rebuild', '--json')).code).toBe(0)
  })
})

describe('verify', () => {
  it('names title and time of a damaged byte', async () => {
    const [videoId, record] = [...records][0] as [VideoId, VideoRecord]
    const segment = record.segments.find(({ index }) => index === 1)
    const slice = segment?.slices[0]
    const position = record.packs.find(({ id }) => id === slice?.packId)?.position ?? 0
    const path = packPath(videoId, position)
    const bytes = await readFile(path)
    const at = (slice?.offset ?? 0) + 10
    bytes[at] = (bytes[at] ?? 0) ^ 1
    await writeFile(path, bytes)
    const found = await run('verify')
    expect(found.code).toBe(20)
    expect(found.stdout).toContain(record.video.title)
    expect(found.stdout).toMatch(/00:00:0\d–00:00:\d\d/)
    bytes[at] = (bytes[at] ?? 0) ^ 1
    await writeFile(path, bytes)
    expect((await run('verify')).code).toBe(0)
  })

  it('finds a pack that is gone, without reading the others when only sizes are asked for', async () => {
    const [videoId] = [...records][0] as [VideoId, VideoRecord]
    await using lost = await withoutPack(videoId, 0)
    const found = await run('verify', '--level', 'size', '--json')
    expect(found.code).toBe(20)
    const problems = found.json<{ problems?: { message: string }[] }>().flatMap((line) => line.problems ?? [])
    expect(problems.some(({ message }) => message.includes('pack 0 is gone'))).toBe(true)
    await lost.putBack()
  })
})

function packPath(videoId: VideoId, position: number): string {
  return join(dataDir, 'blobs', videoId, `${String(position).padStart(6, '0')}.pack`)
}

async function withoutPack(videoId: VideoId, position: number) {
  const path = packPath(videoId, position)
  const bytes = await readFile(path)
  await rm(path)
  const putBack = () => writeFile(path, bytes)
  return { putBack, [Symbol.asyncDispose]: putBack }
}

async function loseCatalog(): Promise<void> {
  for (const ending of ['', '-wal', '-shm']) await rm(join(dataDir, `catalog.db${ending}`), { force: true })
}
