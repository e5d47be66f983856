import { createHash, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ProductEvent } from '#domain/events.ts'
import type { VideoId } from '#domain/ids.ts'
import type { SegmentCache } from '#domain/segment-cache.ts'
import { DiskSegmentCache } from './disk-segment-cache.ts'

const film = 'film00000000001' as VideoId
const other = 'other0000000001' as VideoId

let dir: string
let events: ProductEvent[]
let nowMs: number
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'telereel-cache-'))
  events = []
  nowMs = 0
})
afterEach(() => rm(dir, { recursive: true, force: true }))

/** Keeps nothing, so that every answer comes from the disk. */
const NOTHING: SegmentCache = {
  get: () => undefined,
  load: async () => undefined,
  has: () => false,
  set: () => false,
  clear: async () => ({ removedItems: 0, removedBytes: 0 }),
  tiers: () => [],
}

function open(maxBytes = 100_000): Promise<DiskSegmentCache> {
  const ports = { events: { emit: (event: ProductEvent) => void events.push(event) }, nowMs: () => nowMs }
  return DiskSegmentCache.open({ dir, maxBytes, front: NOTHING }, ports)
}

function sliceOf(bytes: Uint8Array) {
  return { sha256: createHash('sha256').update(bytes).digest('hex'), length: bytes.byteLength }
}

/** The bytes, or undefined. */
async function load(cache: SegmentCache, slice: { readonly sha256: string; readonly length: number }) {
  const into = Buffer.alloc(slice.length)
  return (await cache.load(slice, into)) && into
}

async function put(cache: DiskSegmentCache, bytes: Uint8Array, videoId = film) {
  const slice = sliceOf(bytes)
  const isKept = cache.set(slice.sha256, { videoId, bytes })
  await cache.settled()
  return { ...slice, isKept }
}

async function files(): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true })
  const all = entries.filter((entry) => entry.isFile() && entry.name !== 'index.txt')
  return all.map(({ parentPath, name }) => join(parentPath, name))
}

async function bytesOnDisk(): Promise<number> {
  const sizes = await Promise.all((await files()).map(async (path) => (await stat(path).catch(() => null))?.size ?? 0))
  return sizes.reduce((sum, size) => sum + size, 0)
}

describe('DiskSegmentCache', () => {
  it('gives back after a restart what it was given, with or without its index', async () => {
    const many = Array.from({ length: 20 }, (_, index) => randomBytes(1 + 200 * index))
    {
      await using cache = await open()
      for (const bytes of many) await put(cache, bytes)
    }
    for (const lose of [false, true, false]) {
      if (lose) await rm(join(dir, 'index.txt'))
      await using cache = await open()
      for (const bytes of many) expect(await load(cache, sliceOf(bytes))).toEqual(bytes)
      expect(cache.tiers().at(-1)).toMatchObject({ items: 20, bytes: await bytesOnDisk() })
    }
  })

  it('starts with an index that is broken in any way', async () => {
    const bytes = randomBytes(500)
    {
      await using cache = await open()
      await put(cache, bytes)
    }
    const index = await readFile(join(dir, 'index.txt'))
    const odd = [
      Buffer.alloc(0),
      randomBytes(300),
      index.subarray(0, -10),
      Buffer.from('telereel segment cache 1\n../../etc/passwd\n'),
    ]
    for (const content of odd) {
      await writeFile(join(dir, 'index.txt'), content)
      await using cache = await open()
      expect(cache.tiers().at(-1)).toMatchObject({ items: 1, bytes: 500 })
      expect(await load(cache, sliceOf(bytes))).toEqual(bytes)
    }
  })

  it('lets the least recently used go first, also when the use was before a restart', async () => {
    const [a, b, c, d, e] = Array.from({ length: 5 }, () => randomBytes(20_000)) as [
      Buffer,
      Buffer,
      Buffer,
      Buffer,
      Buffer,
    ]
    {
      await using cache = await open()
      for (const bytes of [a, b, c, d]) await put(cache, bytes)
      await load(cache, sliceOf(a))
    }
    await using cache = await open()
    await put(cache, e)
    await put(cache, randomBytes(15_000))
    expect(cache.has(sliceOf(b).sha256)).toBe(false)
    for (const bytes of [a, c, d, e]) expect(cache.has(sliceOf(bytes).sha256)).toBe(true)
    expect(cache.tiers().at(-1)).toMatchObject({ evictions: 1, bytes: 95_000 })
  })

  it('never holds more bytes on the disk than it may, at no moment', async () => {
    await using cache = await open(50_000)
    let most = 0
    let isOver = false
    const watching = (async () => {
      while (!isOver) most = Math.max(most, await bytesOnDisk())
    })()
    for (let count = 0; count < 200; count++) {
      const bytes = randomBytes(1000 + (count % 12) * 1000)
      cache.set(sliceOf(bytes).sha256, { videoId: film, bytes })
      if (count % 20 === 0) await cache.settled()
    }
    await cache.settled()
    isOver = true
    await watching
    expect(most).toBeGreaterThan(30_000)
    expect(most).toBeLessThanOrEqual(50_000)
    expect(cache.tiers().at(-1)?.bytes).toBe(await bytesOnDisk())
  })

  it('is cut down when it may hold less than before', async () => {
    {
      await using cache = await open()
      for (let count = 0; count < 8; count++) await put(cache, randomBytes(10_000))
    }
    await using cache = await open(35_000)
    expect(await bytesOnDisk()).toBe(30_000)
    expect(cache.tiers().at(-1)).toMatchObject({ items: 3, bytes: 30_000 })
  })

  it('does not empty itself for one huge entry', async () => {
    await using cache = await open()
    expect((await put(cache, randomBytes(25_001))).isKept).toBe(false)
    expect((await put(cache, randomBytes(25_000))).isKept).toBe(true)
  })

  it('finds any flipped bit, never gives the bytes, removes the file and takes it anew', async () => {
    await using cache = await open()
    const bytes = randomBytes(777)
    const slice = await put(cache, bytes)
    const [path = ''] = await files()
    let found = 0
    await fc.assert(
      fc.asyncProperty(fc.nat(776), fc.nat(7), async (at, bit) => {
        const damaged = Buffer.from(bytes)
        damaged[at] = (damaged[at] ?? 0) ^ (1 << bit)
        await writeFile(path, damaged)
        expect(await load(cache, slice)).toBeUndefined()
        expect(cache.tiers().at(-1)).toMatchObject({ items: 0, bytes: 0, damaged: ++found })
        expect(await files()).toEqual([])
        await put(cache, bytes)
        expect(await load(cache, slice)).toEqual(bytes)
      }),
      { numRuns: 300 },
    )
    expect(events[0]).toMatchObject({ kind: 'note', level: 'warn', fields: { videoId: film } })
  })

  it('never serves a file that is half there: cut, empty, gone, or left unfinished by a crash', async () => {
    const bytes = randomBytes(5000)
    for (const length of [0, 1, 4999]) {
      await using cache = await open()
      const slice = await put(cache, bytes)
      await truncate((await files())[0] ?? '', length)
      expect(await load(cache, slice)).toBeUndefined()
    }
    await using cache = await open()
    const slice = await put(cache, bytes)
    await rm((await files())[0] ?? '')
    expect(await load(cache, slice)).toBeUndefined()
    expect(cache.has(slice.sha256)).toBe(false)

    await writeFile(join(dir, '.new', 'half'), bytes.subarray(0, 100))
    await using next = await open()
    expect(await files()).toEqual([])
    expect(next.tiers().at(-1)).toMatchObject({ items: 0, bytes: 0 })
  })

  it('forgets one video, or all, also what waits to be written', async () => {
    await using cache = await open()
    const mine = await put(cache, randomBytes(100))
    const theirs = await put(cache, randomBytes(200), other)
    const late = randomBytes(300)
    cache.set(sliceOf(late).sha256, { videoId: film, bytes: late })
    expect(await cache.clear(film)).toEqual({ removedItems: 1, removedBytes: 100 })
    await cache.settled()
    expect([mine, sliceOf(late), theirs].map(({ sha256 }) => cache.has(sha256))).toEqual([false, false, true])
    expect(await bytesOnDisk()).toBe(200)
    expect(await cache.clear()).toEqual({ removedItems: 1, removedBytes: 200 })
    expect(await readdir(dir)).toEqual(['.new'])
  })

  it('leaves files alone that are not its own', async () => {
    await mkdir(join(dir, 'holidays'))
    await writeFile(join(dir, 'holidays', 'beach.jpg'), 'a picture')
    await writeFile(join(dir, 'notes.txt'), 'mine')
    {
      await using cache = await open(1000)
      for (let count = 0; count < 20; count++) await put(cache, randomBytes(200))
      await cache.clear()
    }
    await using cache = await open(0)
    expect(cache.tiers().at(-1)).toMatchObject({ items: 0, bytes: 0 })
    expect((await files()).sort()).toEqual([join(dir, 'holidays', 'beach.jpg'), join(dir, 'notes.txt')])
  })

  it('goes on without writing for a while when the disk refuses', async () => {
    await using cache = await open()
    await rm(join(dir, '.new'), { recursive: true })
    const bytes = randomBytes(100)
    await put(cache, bytes)
    expect(cache.has(sliceOf(bytes).sha256)).toBe(false)
    expect(events).toMatchObject([{ level: 'warn', message: expect.stringContaining('cannot be written') }])
    await mkdir(join(dir, '.new'))
    expect((await put(cache, bytes)).isKept).toBe(false)
    nowMs += 60_000
    expect((await put(cache, bytes)).isKept).toBe(true)
    expect(await load(cache, sliceOf(bytes))).toEqual(bytes)
  })

  it('gives what was set before it is written', async () => {
    await using cache = await open()
    const bytes = randomBytes(1000)
    cache.set(sliceOf(bytes).sha256, { videoId: film, bytes })
    expect(await load(cache, sliceOf(bytes))).toEqual(bytes)
  })

  it('agrees with a simple model of itself, over restarts', async () => {
    const key = fc.nat(30)
    const step = fc.oneof(
      fc.record({ do: fc.constant('set' as const), key }),
      fc.record({ do: fc.constant('load' as const), key }),
      fc.record({ do: fc.constant('restart' as const), key }),
    )
    const content = Array.from({ length: 31 }, (_, index) => randomBytes(10 + index * 7))
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        await rm(dir, { recursive: true, force: true })
        let cache = await open(1000)
        const model = new Map<number, Buffer>()
        for (const { do: what, key } of steps) {
          const bytes = content[key] as Buffer
          if (what === 'restart') {
            await cache[Symbol.asyncDispose]()
            cache = await open(1000)
          } else if (what === 'set') {
            await put(cache, bytes)
            keep(model, key, bytes)
          } else {
            expect(await load(cache, sliceOf(bytes))).toEqual(model.get(key))
            use(model, key)
          }
        }
        expect(content.filter((bytes) => cache.has(sliceOf(bytes).sha256))).toEqual(
          content.filter((_, index) => model.has(index)),
        )
        await cache[Symbol.asyncDispose]()
      }),
      { numRuns: 25 },
    )
  })
})

function keep(model: Map<number, Buffer>, key: number, bytes: Buffer): void {
  if (model.has(key)) return
  const held = () => [...model.values()].reduce((sum, each) => sum + each.length, 0)
  for (const oldest of model.keys()) if (held() + bytes.length > 1000) model.delete(oldest)
  model.set(key, bytes)
}

function use(model: Map<number, Buffer>, key: number): void {
  const bytes = model.get(key)
  if (!bytes) return
  model.delete(key)
  model.set(key, bytes)
}
