import { createHash, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BlobRef, ByteRange } from '#domain/blob-store.ts'
import { BlobNotFoundError } from '#domain/errors.ts'
import type { ProductEvent } from '#domain/events.ts'
import type { PackId, VideoId } from '#domain/ids.ts'
import type { SegmentCache } from '#domain/segment-cache.ts'
import type { Pack, Slice } from '#domain/video.ts'
import { unboundedCache } from './film.test-support.ts'
import { SliceReader } from './slice-reader.ts'

const film = 'film000000000001' as VideoId
const sha256 = () => createHash('sha256')

function sliceOf(pack: Uint8Array, offset: number, length: number, packId = 'p0'): Slice {
  const hash = sha256()
    .update(pack.subarray(offset, offset + length))
    .digest('hex')
  return { packId: packId as PackId, offset, length, sha256: hash }
}

interface World {
  state: Pack['state']
  stored: Map<string, Uint8Array>
  working: Map<number, Uint8Array>
  reads: { from: 'store' | 'work'; range: ByteRange }[]
  /** Called before each chunk of a read. */
  gate: (range: ByteRange) => Promise<void> | void
  events: ProductEvent[]
  onPack: () => void
}

/** A catalog with one pack, a store and a work area, as small as they can be; chunks of 1,000 bytes. */
function world(pack: Uint8Array, options: { state?: Pack['state']; cached?: boolean; maxBytesInFlight?: number } = {}) {
  const it: World = {
    state: options.state ?? 'stored',
    stored: new Map([['disk:p0', pack]]),
    working: new Map([[0, pack]]),
    reads: [],
    gate: () => undefined,
    events: [],
    onPack: () => undefined,
  }
  async function* chunks(bytes: Uint8Array, range: ByteRange, signal?: AbortSignal) {
    for (let at = range.first; at <= range.last; at += 1000) {
      await it.gate(range)
      signal?.throwIfAborted()
      yield bytes.subarray(at, Math.min(range.last + 1, at + 1000))
    }
  }
  const kept = unboundedCache()
  const { entries } = kept
  const cache: SegmentCache = options.cached === false ? { ...kept, set: () => false } : kept
  const reader = new SliceReader(
    {
      catalog: {
        async pack(id) {
          const ref = it.state === 'stored' ? (`disk:${id}` as BlobRef) : null
          const found = { id, videoId: film, position: 0, state: it.state, ref, byteLength: 0, digest: null }
          it.onPack()
          return found
        },
      },
      layout: async () => [],
      mayClaimCache: () => true,
      blobs: {
        limits: { maxBytes: 20_000_000, parallelPuts: 1 },
        async get(ref, { range, signal } = {}) {
          const bytes = it.stored.get(ref)
          if (!bytes || !range) throw new BlobNotFoundError(ref)
          it.reads.push({ from: 'store', range })
          return chunks(bytes, range, signal)
        },
      },
      work: {
        async readPack(_videoId, position, range, { signal } = {}) {
          const bytes = it.working.get(position)
          if (!bytes) throw new BlobNotFoundError(`${position}`)
          it.reads.push({ from: 'work', range })
          return chunks(bytes, range, signal)
        },
      },
      cache,
      events: { emit: (event) => it.events.push(event) },
      newSha256: sha256,
    },
    { maxBytesInFlight: options.maxBytesInFlight ?? 1_000_000, maxRecentBytes: 0 },
  )
  return { ...it, it, reader, entries }
}

async function all(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const list: Uint8Array[] = []
  for await (const chunk of chunks) list.push(chunk)
  return Buffer.concat(list)
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 5))

describe('SliceReader', () => {
  it('joins slices of several packs and gives any range of them exactly', async () => {
    const pack = randomBytes(20_000)
    const { reader } = world(pack)
    const slices = [sliceOf(pack, 64, 3000), sliceOf(pack, 10_000, 1), sliceOf(pack, 5000, 4321)]
    const whole = Buffer.concat(slices.map(({ offset, length }) => pack.subarray(offset, offset + length)))
    await fc.assert(
      fc.asyncProperty(fc.nat(7321), fc.nat(7321), async (a, b) => {
        const range = { first: Math.min(a, b), last: Math.max(a, b) }
        expect(await all(reader.read(slices, { range }))).toEqual(whole.subarray(range.first, range.last + 1))
      }),
    )
    expect(await all(reader.read(slices))).toEqual(whole)
  })

  it('reads a cold slice once for a thousand readers', async () => {
    const pack = randomBytes(50_000)
    const { reader, reads } = world(pack, { cached: false })
    const slice = sliceOf(pack, 64, 40_000)
    const answers = await Promise.all(Array.from({ length: 1000 }, () => all(reader.read([slice]))))
    expect(reads).toHaveLength(1)
    for (const answer of answers) expect(answer.equals(pack.subarray(64, 40_064))).toBe(true)
  })

  it('hands on the first bytes while the rest is still on its way', async () => {
    const pack = randomBytes(10_000)
    const { reader, it: w } = world(pack)
    const rest = Promise.withResolvers<void>()
    let chunks = 0
    w.gate = () => (++chunks > 3 ? rest.promise : undefined)
    const reading = reader.read([sliceOf(pack, 0, 10_000)])
    let got = 0
    while (got < 3000) got += (await reading.next()).value?.byteLength ?? 0
    rest.resolve()
    for await (const chunk of reading) got += chunk.byteLength
    expect(got).toBe(10_000)
  })

  it('never gives the last byte of a slice that is not what was stored', async () => {
    const pack = randomBytes(10_000)
    const slice = sliceOf(pack, 0, 10_000)
    for (const at of [0, 5000, 9999]) {
      const damaged = Buffer.from(pack)
      damaged[at] = (damaged[at] ?? 0) ^ 1
      const { reader, events, entries } = world(damaged)
      let got = 0
      const reading = async () => {
        for await (const chunk of reader.read([slice])) got += chunk.byteLength
      }
      await expect(reading()).rejects.toMatchObject({ code: 'blob-damaged' })
      expect(got).toBeLessThan(10_000)
      let part = 0
      const readingPart = async () => {
        for await (const chunk of reader.read([slice], { range: { first: 0, last: 99 } })) part += chunk.byteLength
      }
      await expect(readingPart()).rejects.toMatchObject({ code: 'blob-damaged' })
      expect(part).toBeLessThan(100)
      expect(entries.size).toBe(0)
      // It was read twice for each of the two.
      expect(events.map((event) => event.kind === 'note' && event.level)).toEqual(['warn', 'error', 'warn', 'error'])
      expect(events[1]).toMatchObject({ fields: { code: 'blob-damaged', packId: 'p0' } })
    }
  })

  it('calls a read that ends early damage, not an end', async () => {
    const pack = randomBytes(5000)
    const { reader, it: w } = world(pack)
    w.stored.set('disk:p0', pack.subarray(0, 3000))
    const reading = all(reader.read([{ ...sliceOf(pack, 0, 5000) }]))
    await expect(reading).rejects.toMatchObject({ code: 'blob-damaged' })
  })

  it('finds a pack that moved from the work area into the store meanwhile', async () => {
    const pack = randomBytes(5000)
    const { reader, it: w, reads } = world(pack, { state: 'sealed' })
    w.onPack = () => {
      w.state = 'stored'
      w.working.clear()
    }
    expect((await all(reader.read([sliceOf(pack, 10, 4000)]))).equals(pack.subarray(10, 4010))).toBe(true)
    expect(reads).toMatchObject([{ from: 'store' }])
  })

  it('goes on at the byte where the work file vanished', async () => {
    const pack = randomBytes(5000)
    const { reader, it: w, reads } = world(pack, { state: 'filling' })
    let chunks = 0
    w.gate = () => {
      if (++chunks !== 3) return
      w.state = 'stored'
      throw new BlobNotFoundError('gone')
    }
    expect((await all(reader.read([sliceOf(pack, 0, 5000)]))).equals(pack)).toBe(true)
    expect(reads.map(({ range }) => range.first)).toEqual([0, 2000])
  })

  it('gives up when the pack is nowhere, and tries again for the next reader', async () => {
    const pack = randomBytes(500)
    const { reader, it: w } = world(pack)
    w.stored.clear()
    await expect(all(reader.read([sliceOf(pack, 0, 500)]))).rejects.toMatchObject({ code: 'blob-not-found' })
    w.stored.set('disk:p0', pack)
    expect(await all(reader.read([sliceOf(pack, 0, 500)]))).toHaveLength(500)
  })

  it('stops the read when the last reader has gone, not before', async () => {
    const pack = randomBytes(10_000)
    const { reader, it: w, entries } = world(pack)
    const gate = Promise.withResolvers<void>()
    w.gate = () => gate.promise
    const slice = sliceOf(pack, 0, 10_000)
    const leaving = [new AbortController(), new AbortController()]
    const readers = leaving.map(({ signal }) => all(reader.read([slice], { signal })))
    await settle()
    leaving[0]?.abort()
    await expect(readers[0]).rejects.toMatchObject({ name: 'AbortError' })
    const joined = all(reader.read([slice]))
    leaving[1]?.abort()
    await expect(readers[1]).rejects.toMatchObject({ name: 'AbortError' })
    gate.resolve()
    expect((await joined).equals(pack)).toBe(true)
    expect(w.reads).toHaveLength(1)

    w.gate = () => new Promise((resolve) => setTimeout(resolve, 1))
    entries.clear()
    const alone = new AbortController()
    const last = all(reader.read([slice], { signal: alone.signal }))
    await settle()
    alone.abort()
    await expect(last).rejects.toMatchObject({ name: 'AbortError' })
    expect((await all(reader.read([slice]))).equals(pack)).toBe(true)
    expect(w.reads).toHaveLength(3)
  })

  it('holds no more bytes in flight than it may, and serves all in turn', async () => {
    const pack = randomBytes(10_000)
    const { reader, it: w } = world(pack, { maxBytesInFlight: 2500, cached: false })
    let running = 0
    let most = 0
    w.gate = async () => {
      most = Math.max(most, ++running)
      await settle()
      running--
    }
    const slices = Array.from({ length: 10 }, (_, index) => sliceOf(pack, index * 1000, 1000))
    const answers = await Promise.all(slices.map((slice) => all(reader.read([slice]))))
    expect(Buffer.concat(answers).equals(pack)).toBe(true)
    expect(most).toBe(2)
  })
})
