import { createHash, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ByteRange, ReadOptions } from '#domain/blob-store.ts'
import { BlobDamagedError, StoreUnavailableError } from '#domain/errors.ts'
import type { ProductEvent } from '#domain/events.ts'
import type { PackId, VideoId } from '#domain/ids.ts'
import type { Pack, Slice } from '#domain/video.ts'
import { unboundedCache } from './film.test-support.ts'
import { SliceReader } from './slice-reader.ts'

const film = 'film000000000001' as VideoId
const CHUNK = 1000

interface Read {
  readonly attempt: number
  readonly range: ByteRange | undefined
  bytes: number
}

/** A store that gives whole blobs only, with one pack of slices with gaps between them. */
class World {
  readonly pack: Pack
  readonly slices: readonly Slice[]
  readonly content: Buffer
  readonly reads: Read[] = []
  readonly events: ProductEvent[] = []
  readonly cache = unboundedCache()
  readonly reader: SliceReader
  keeps = true
  /** Called before each chunk, with the position in the pack. */
  gate: (at: number) => Promise<void> | void = () => undefined
  /** What this try gives instead of the content. */
  give: (attempt: number) => Uint8Array = () => this.content

  constructor(lengths: readonly number[] = [3000, 2500, 1, 4000, 10_000, 700], maxBytesInFlight = 1_000_000) {
    const gap = 37
    const size = 64 + lengths.reduce((sum, length) => sum + length + gap, 0) + 500
    this.content = randomBytes(size)
    let offset = 64
    this.slices = lengths.map((length) => {
      const slice = sliceAt(this.content, offset, length)
      offset += length + gap
      return slice
    })
    const place = { position: 0, state: 'stored', ref: 'telegram:p0', digest: null } as const
    this.pack = { id: 'p0' as PackId, videoId: film, byteLength: size, ...place }
    this.reader = new SliceReader(
      {
        catalog: { pack: async () => this.pack },
        blobs: {
          limits: { maxBytes: 20_000_000, parallelPuts: 1, wholeReads: true },
          get: async (_ref, options) => this.#read(options ?? {}),
        },
        work: { readPack: () => Promise.reject(new Error('not in the work area')) },
        cache: { ...this.cache, set: (key, entry) => this.keeps && this.cache.set(key, entry) },
        events: { emit: (event) => this.events.push(event) },
        newSha256: () => createHash('sha256'),
        layout: async () => this.slices,
        mayClaimCache: () => true,
      },
      { maxBytesInFlight, maxRecentBytes: 100_000 },
    )
  }

  bytesOf({ offset, length }: Slice): Buffer {
    return this.content.subarray(offset, offset + length)
  }

  flipped(...at: readonly number[]): Uint8Array {
    const bytes = Buffer.from(this.content)
    for (const each of at) bytes[each] = (bytes[each] ?? 0) ^ 0x10
    return bytes
  }

  async whole(slice: Slice, signal?: AbortSignal): Promise<Buffer> {
    const list: Uint8Array[] = []
    for await (const chunk of this.reader.read([slice], { signal })) list.push(chunk)
    return Buffer.concat(list)
  }

  async *#read({ range, attempt = 0, signal }: ReadOptions): AsyncGenerator<Uint8Array> {
    const read: Read = { attempt, range, bytes: 0 }
    this.reads.push(read)
    const bytes = this.give(attempt)
    for (let at = range?.first ?? 0; at <= (range?.last ?? bytes.length - 1); at += CHUNK) {
      await this.gate(at)
      signal?.throwIfAborted()
      const chunk = bytes.subarray(at, Math.min((range?.last ?? bytes.length - 1) + 1, at + CHUNK))
      read.bytes += chunk.byteLength
      yield chunk
    }
  }
}

function sliceAt(content: Buffer, offset: number, length: number): Slice {
  const sha256 = createHash('sha256')
    .update(content.subarray(offset, offset + length))
    .digest('hex')
  return { packId: 'p0' as PackId, offset, length, sha256 }
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 5))
const at = (world: World, index: number) => world.slices[index] as Slice

describe('a pack in a store of whole blobs', () => {
  it('is read once for a thousand viewers of one slice', async () => {
    const world = new World()
    const answers = await Promise.all(Array.from({ length: 1000 }, () => world.whole(at(world, 3))))
    for (const answer of answers) expect(answer.equals(world.bytesOf(at(world, 3)))).toBe(true)
    await settle()
    expect(world.reads).toEqual([{ attempt: 0, range: undefined, bytes: world.content.length }])
    expect(world.reader.counts).toEqual({ memoryHits: 0, diskHits: 0, misses: 1000 })
  })

  it('is read once for viewers of all its slices, and fills the cache with the rest', async () => {
    const world = new World()
    const wanted = [4, 0, 5]
    const answers = await Promise.all(wanted.map((index) => world.whole(at(world, index))))
    answers.forEach((answer, index) => {
      expect(answer.equals(world.bytesOf(at(world, wanted[index] ?? 0)))).toBe(true)
    })
    await settle()
    expect(world.reads).toHaveLength(1)
    for (const slice of world.slices)
      expect(world.cache.entries.get(slice.sha256)).toEqual(new Uint8Array(world.bytesOf(slice)))
  })

  it('gives any slices to any viewers whatever the sizes, with one read', async () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(lengths, fc.array(fc.nat(20), { minLength: 1, maxLength: 10 }), async (sizes, viewers) => {
        const world = new World(sizes)
        const slices = viewers.map((viewer) => at(world, viewer % sizes.length))
        const answers = await Promise.all(slices.map((slice) => world.whole(slice)))
        answers.forEach((answer, index) => {
          expect(answer.equals(world.bytesOf(slices[index] as Slice))).toBe(true)
        })
        expect(world.reads).toHaveLength(1)
      }),
      { numRuns: 60 },
    )
  })

  it('hands on bytes of a slice in its middle while the rest is still on its way', async () => {
    const world = new World()
    const { offset } = at(world, 4)
    const rest = Promise.withResolvers<void>()
    world.gate = (position) => (position > offset + 5000 ? rest.promise : undefined)
    const reading = world.reader.read([at(world, 4)])
    let got = 0
    while (got < 4000) got += (await reading.next()).value?.byteLength ?? 0
    rest.resolve()
    for await (const chunk of reading) got += chunk.byteLength
    expect(got).toBe(10_000)
  })

  it('takes along who comes late, as long as the bytes have not gone by', async () => {
    const world = new World()
    const gate = Promise.withResolvers<void>()
    world.gate = (position) => (position > 6000 ? gate.promise : undefined)
    const early = world.whole(at(world, 4))
    await settle()
    const late = world.whole(at(world, 5))
    await settle()
    gate.resolve()
    expect((await late).equals(world.bytesOf(at(world, 5)))).toBe(true)
    await early
    expect(world.reads).toHaveLength(1)
  })

  it('serves a slice that went by from memory, also when no cache keeps it', async () => {
    const world = new World()
    world.keeps = false
    await world.whole(at(world, 4))
    await settle()
    expect((await world.whole(at(world, 0))).equals(world.bytesOf(at(world, 0)))).toBe(true)
    expect(world.reads).toHaveLength(1)
  })

  it('is read from the first slice that is missing', async () => {
    const world = new World()
    for (const index of [0, 1]) world.cache.entries.set(at(world, index).sha256, world.bytesOf(at(world, index)))
    await world.whole(at(world, 4))
    expect(world.reads[0]?.range).toEqual({ first: at(world, 2).offset, last: world.content.length - 1 })
  })
})

describe('viewers who leave', () => {
  it('do not stop the others', async () => {
    const world = new World()
    const gate = Promise.withResolvers<void>()
    world.gate = (position) => (position > 2000 ? gate.promise : undefined)
    const leaving = Array.from({ length: 50 }, () => new AbortController())
    const gone = leaving.map(({ signal }) => world.whole(at(world, 3), signal))
    const staying = world.whole(at(world, 3))
    await settle()
    for (const each of leaving) each.abort()
    for (const each of gone) await expect(each).rejects.toMatchObject({ name: 'AbortError' })
    gate.resolve()
    expect((await staying).equals(world.bytesOf(at(world, 3)))).toBe(true)
    expect(world.reads).toHaveLength(1)
  })

  it('stop the read when all have gone early; who comes then begins a new one', async () => {
    const world = new World()
    const gate = Promise.withResolvers<void>()
    world.gate = (position) => (position >= 5000 ? gate.promise : undefined)
    const leaving = new AbortController()
    const gone = world.whole(at(world, 4), leaving.signal)
    await settle()
    leaving.abort()
    await expect(gone).rejects.toMatchObject({ name: 'AbortError' })
    const next = world.whole(at(world, 4))
    gate.resolve()
    expect((await next).equals(world.bytesOf(at(world, 4)))).toBe(true)
    await settle()
    // What was proved before is not asked for again.
    expect(world.reads.map(({ range }) => range?.first)).toEqual([undefined, at(world, 1).offset])
    expect(world.reads[0]?.bytes).toBe(5000)
  })

  it('do not stop a read that has more than half behind it', async () => {
    const world = new World()
    const gate = Promise.withResolvers<void>()
    world.gate = (position) => (position >= 15_000 ? gate.promise : undefined)
    const leaving = new AbortController()
    const gone = world.whole(at(world, 4), leaving.signal)
    await settle()
    leaving.abort()
    await expect(gone).rejects.toMatchObject({ name: 'AbortError' })
    gate.resolve()
    await settle()
    expect(world.reads[0]?.bytes).toBe(world.content.length)
    expect(world.cache.entries.size).toBe(world.slices.length)
  })

  it('do not stop it when one got what it asked for: the rest is what it asks for next', async () => {
    const world = new World()
    const gate = Promise.withResolvers<void>()
    world.gate = (position) => (position >= 5000 ? gate.promise : undefined)
    await world.whole(at(world, 0))
    gate.resolve()
    await settle()
    expect(world.cache.entries.size).toBe(world.slices.length)
  })
})

describe('damaged bytes', () => {
  it('are read again from another copy, from the first slice that is not proved', async () => {
    const world = new World()
    const { offset } = at(world, 3)
    world.give = (attempt) => (attempt === 0 ? world.flipped(offset + 3999) : world.content)
    const answers = await Promise.all(world.slices.map((slice) => world.whole(slice).catch((error) => error)))
    for (const index of [0, 1, 2, 4, 5]) expect(answers[index]).toEqual(world.bytesOf(at(world, index)))
    expect(world.reads.map(({ attempt, range }) => [attempt, range?.first])).toEqual([
      [0, undefined],
      [1, offset],
    ])
    // Only the very last byte was wrong, and that one is not given before the proof.
    expect(answers[3]).toEqual(world.bytesOf(at(world, 3)))
    expect(world.events).toMatchObject([{ level: 'warn', fields: { code: 'blob-damaged', offset } }])
  })

  it('are never completed: who saw wrong bytes gets an error, who asks again the right ones', async () => {
    const world = new World()
    const slice = at(world, 4)
    world.give = (attempt) => (attempt === 0 ? world.flipped(slice.offset + 10) : world.content)
    await expect(world.whole(slice)).rejects.toMatchObject({ code: 'blob-damaged' })
    expect((await world.whole(slice)).equals(world.bytesOf(slice))).toBe(true)
  })

  it('of one slice in every copy do not keep the other slices from coming', async () => {
    const world = new World()
    world.give = () => world.flipped(at(world, 1).offset)
    const answers = await Promise.all(world.slices.map((slice) => world.whole(slice).catch((error) => error.code)))
    expect(answers[1]).toBe('blob-damaged')
    for (const index of [0, 2, 3, 4, 5]) expect(answers[index]).toEqual(world.bytesOf(at(world, index)))
    expect(world.cache.entries.has(at(world, 1).sha256)).toBe(false)
    expect(world.reads).toHaveLength(2)
  })

  it('in different slices of two copies are mended from the other one', async () => {
    const world = new World()
    world.give = (attempt) => world.flipped(at(world, attempt % 2 === 0 ? 1 : 4).offset + 5)
    await Promise.all(world.slices.map((slice) => world.whole(slice).catch(() => null)))
    for (const slice of world.slices) expect(world.cache.entries.has(slice.sha256)).toBe(true)
  })

  it('are an error when the pack is cut short everywhere, and what came before is good', async () => {
    const world = new World()
    world.give = () => world.content.subarray(0, at(world, 3).offset + 100)
    const answers = await Promise.all(world.slices.map((slice) => world.whole(slice).catch((error) => error.code)))
    expect(answers.slice(3)).toEqual(['blob-damaged', 'blob-damaged', 'blob-damaged'])
    for (const index of [0, 1, 2]) expect(answers[index]).toEqual(world.bytesOf(at(world, index)))
  })

  it('anywhere in the pack are never passed on as good', async () => {
    const bits = fc.array(fc.nat(20_000), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(bits, bits, async (first, second) => {
        const world = new World()
        const tries = [world.flipped(...first), world.flipped(...second)]
        world.give = (attempt) => tries[attempt % 2] as Uint8Array
        await expectNothingWrong(world)
      }),
      { numRuns: 60 },
    )
  })
})

async function expectNothingWrong(world: World): Promise<void> {
  const answers = await Promise.all(world.slices.map((slice) => world.whole(slice).catch(() => null)))
  world.slices.forEach((slice, index) => {
    const right = world.bytesOf(slice)
    expect((answers[index] ?? right).equals(right)).toBe(true)
    expect(right.equals(world.cache.entries.get(slice.sha256) ?? right)).toBe(true)
  })
}

describe('a store that fails', () => {
  it('fails who waits with its own words, and is asked again by who comes next', async () => {
    const world = new World()
    world.gate = (position) => {
      if (position >= 6000) throw new StoreUnavailableError('All bots are resting.')
    }
    const answers = await Promise.all(world.slices.map((slice) => world.whole(slice).catch((error) => error.code)))
    expect(answers.slice(3)).toEqual(Array(3).fill('store-unavailable'))
    expect(answers[0]).toEqual(world.bytesOf(at(world, 0)))
    world.gate = () => undefined
    expect((await world.whole(at(world, 4))).equals(world.bytesOf(at(world, 4)))).toBe(true)
  })

  it('is told as it is when its own proof fails at the end', async () => {
    const world = new World([3000])
    world.gate = (position) => {
      if (position >= 3000) throw new BlobDamagedError('The message holds other bytes.')
    }
    await expect(world.whole(at(world, 0))).rejects.toMatchObject({ message: 'The message holds other bytes.' })
    expect(world.reads.map(({ attempt }) => attempt)).toEqual([0, 1])
  })
})

describe('memory', () => {
  it('is bounded: packs wait for their turn when those that are being read hold all of it', async () => {
    const content = Array.from({ length: 12 }, () => randomBytes(8000))
    let open = 0
    let most = 0
    const base = new World()
    const reader = new SliceReader(
      {
        catalog: {
          pack: async (id) => ({ ...base.pack, id, ref: `telegram:${id}`, position: Number(id), byteLength: 8000 }),
        },
        blobs: {
          limits: { maxBytes: 20_000_000, parallelPuts: 1, wholeReads: true },
          async get(ref) {
            return (async function* () {
              most = Math.max(most, ++open)
              await settle()
              yield content[Number(ref.slice('telegram:'.length))] as Uint8Array
              open--
            })()
          },
        },
        work: { readPack: () => Promise.reject(new Error('not in the work area')) },
        cache: { ...base.cache, set: () => false },
        events: { emit: () => undefined },
        newSha256: () => createHash('sha256'),
        layout: async () => [],
        mayClaimCache: () => true,
      },
      { maxBytesInFlight: 25_000, maxRecentBytes: 0 },
    )
    const read = async (bytes: Buffer, index: number) => {
      const slice = { ...sliceAt(bytes, 10, 7000), packId: `${index}` as PackId }
      let got = 0
      for await (const chunk of reader.read([slice])) got += chunk.byteLength
      return got
    }
    expect(await Promise.all(content.map(read))).toEqual(Array(12).fill(7000))
    expect(most).toBe(3)
  })
})
