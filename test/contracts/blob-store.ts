import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BlobRef, BlobSource, BlobStore, ByteRange } from '#domain/blob-store.ts'
import { BlobDamagedError, BlobNotFoundError, BlobTooLargeError } from '#domain/errors.ts'

export interface OpenBlobStore extends AsyncDisposable {
  readonly store: BlobStore
}

/** An empty store that takes blobs of at most `maxBytes`. */
export type CreateBlobStore = (about: { readonly maxBytes: number }) => Promise<OpenBlobStore>

const MAX_BYTES = 300_000
const NAME = 'film000000000001/0'

/** What every blob store must do. Each adapter's test file calls this with its own store. */
export function testBlobStore(name: string, create: CreateBlobStore): void {
  testBlobs(name, create)
  testBrokenBlobs(name, create)
}

function testBlobs(name: string, create: CreateBlobStore): void {
  const open = () => create({ maxBytes: MAX_BYTES })

  describe(`${name}: blobs`, () => {
    it('returns the bytes it was given, in as many pieces as it likes', async () => {
      await using opened = await open()
      const bytes = noise(MAX_BYTES)
      const ref = await opened.store.put(sourceOf(NAME, bytes))
      expect(ref).toMatch(/^[a-z0-9]+:./)
      expect(await opened.store.size(ref)).toBe(MAX_BYTES)
      expect(sameBytes(await read(opened.store, ref), bytes)).toBe(true)
    })

    it('returns exactly the range that was asked for', async () => {
      await using opened = await open()
      const bytes = noise(100_000)
      const ref = await opened.store.put(sourceOf(NAME, bytes))
      const ends = fc
        .tuple(fc.nat(99_999), fc.nat(99_999))
        .map(([one, other]) => [Math.min(one, other), Math.max(one, other)])
      await fc.assert(
        fc.asyncProperty(ends, async ([first = 0, last = 0]) => {
          expect(sameBytes(await read(opened.store, ref, { first, last }), bytes.subarray(first, last + 1))).toBe(true)
        }),
        {
          numRuns: 30,
          examples: [[[0, 0]], [[99_999, 99_999]], [[0, 99_999]], [[16_383, 16_384]]],
        },
      )
    })

    it('gives the same bytes when memory for them is handed in', async () => {
      await using opened = await open()
      const bytes = noise(290_000)
      const ref = await opened.store.put(sourceOf(NAME, bytes))
      const into = new Uint8Array(250_001)
      const range = { first: 12_345, last: 12_345 + 250_000 }
      const chunks = await Array.fromAsync(await opened.store.get(ref, { range, into }))
      expect(sameBytes(Buffer.concat(chunks), bytes.subarray(range.first, range.last + 1))).toBe(true)
      let at = 0
      for (const chunk of chunks) {
        if (chunk.buffer === into.buffer) expect(chunk.byteOffset).toBe(at)
        at += chunk.byteLength
      }
    })

    it('keeps a blob of no bytes', async () => {
      await using opened = await open()
      const ref = await opened.store.put(sourceOf(NAME, noise(0)))
      expect([await opened.store.size(ref), (await read(opened.store, ref)).length]).toEqual([0, 0])
    })

    it('keeps blobs apart, and lists all of them', async () => {
      await using opened = await open()
      const names = ['film000000000001/0', 'film000000000001/1', 'film000000000002/0', 'film000000000002/100000']
      const refs = await Promise.all(names.map((each, index) => opened.store.put(sourceOf(each, noise(10, index)))))
      expect(new Set(refs).size).toBe(4)
      for (const [index, ref] of refs.entries())
        expect(sameBytes(await read(opened.store, ref), noise(10, index))).toBe(true)
      expect((await list(opened.store)).sort()).toEqual([...refs].sort())
      const listed = await Array.fromAsync(opened.store.list())
      expect(new Map(listed.map(({ name, ref }) => [name, ref]))).toEqual(
        new Map(names.map((each, index) => [each, refs[index]])),
      )
    })

    it('takes a put again under the same name, as after a crash', async () => {
      await using opened = await open()
      const bytes = noise(5000)
      const refs = [await opened.store.put(sourceOf(NAME, bytes)), await opened.store.put(sourceOf(NAME, bytes))]
      for (const ref of refs) expect(sameBytes(await read(opened.store, ref), bytes)).toBe(true)
    })

    it('keeps the bytes of a file that was put and then removed', async () => {
      await using opened = await open()
      const folder = mkdtempSync(join(tmpdir(), 'telereel-blob-'))
      const bytes = noise(70_000)
      const path = join(folder, 'pack')
      writeFileSync(path, bytes)
      const refs: BlobRef[] = []
      for (let time = 0; time < 2; time++) refs.push(await opened.store.put({ ...sourceOf(NAME, bytes), path }))
      rmSync(folder, { recursive: true })
      for (const ref of refs) expect(sameBytes(await read(opened.store, ref), bytes)).toBe(true)
    })

    it('keeps its bytes when the giver reuses buffers and the reader writes into what it got', async () => {
      await using opened = await open()
      const buffer = new Uint8Array(4)
      const reusing: BlobSource = {
        name: NAME,
        byteLength: 12,
        async *open() {
          for (const value of [1, 2, 3]) yield buffer.fill(value)
        },
      }
      const ref = await opened.store.put(reusing)
      buffer.fill(9)
      for await (const chunk of await opened.store.get(ref)) chunk.fill(7)
      expect([...(await read(opened.store, ref))]).toEqual([1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3])
    })

    it('lets many read at once, and one that stops early disturb nobody', async () => {
      await using opened = await open()
      const bytes = noise(200_000)
      const ref = await opened.store.put(sourceOf(NAME, bytes))
      const stopping = async () => {
        for await (const _chunk of await opened.store.get(ref)) break
      }
      const all = await Promise.all([
        read(opened.store, ref),
        stopping(),
        read(opened.store, ref, { first: 9, last: 99 }),
      ])
      expect([sameBytes(all[0], bytes), sameBytes(all[2], bytes.subarray(9, 100))]).toEqual([true, true])
    })

    it('forgets a deleted blob and no other; deleting it again is no error', async () => {
      await using opened = await open()
      const gone = await opened.store.put(sourceOf(NAME, noise(10)))
      const kept = await opened.store.put(sourceOf('film000000000001/1', noise(10)))
      for (let time = 0; time < 2; time++) await opened.store.delete(gone)
      await expect(opened.store.get(gone)).rejects.toBeInstanceOf(BlobNotFoundError)
      await expect(opened.store.get(gone, { range: { first: 0, last: 0 } })).rejects.toBeInstanceOf(BlobNotFoundError)
      expect([await opened.store.size(gone), await opened.store.size(kept)]).toEqual([null, 10])
      expect(await list(opened.store)).toEqual([kept])
    })

    it('lists nothing when nothing was put', async () => {
      await using opened = await open()
      expect(await list(opened.store)).toEqual([])
    })
  })
}

function testBrokenBlobs(name: string, create: CreateBlobStore): void {
  const open = () => create({ maxBytes: MAX_BYTES })

  describe(`${name}: what goes wrong with blobs`, () => {
    it('refuses a blob over its limit before it reads a byte of it', async () => {
      await using opened = await open()
      let opens = 0
      const source: BlobSource = {
        name: NAME,
        byteLength: opened.store.limits.maxBytes + 1,
        open() {
          opens++
          return sourceOf(NAME, noise(1)).open()
        },
      }
      await expect(opened.store.put(source)).rejects.toBeInstanceOf(BlobTooLargeError)
      expect([opens, await list(opened.store)]).toEqual([0, []])
    })

    it.each([
      ['fewer', 9],
      ['more', 11],
    ])('keeps nothing of a source that gives %s bytes than it said', async (_what, byteLength) => {
      await using opened = await open()
      const source = { ...sourceOf(NAME, noise(10)), byteLength }
      await expect(opened.store.put(source)).rejects.toBeInstanceOf(BlobDamagedError)
      expect(await list(opened.store)).toEqual([])
    })

    it('keeps nothing of a source that breaks, says why, and takes it again when it is mended', async () => {
      await using opened = await open()
      const bytes = noise(20_000)
      const why = new Error('The cable was pulled.')
      const broken: BlobSource = {
        name: NAME,
        byteLength: 20_000,
        async *open() {
          yield bytes.subarray(0, 10_000)
          throw why
        },
      }
      await expect(opened.store.put(broken)).rejects.toBe(why)
      expect(await list(opened.store)).toEqual([])
      expect(sameBytes(await read(opened.store, await opened.store.put(sourceOf(NAME, bytes))), bytes)).toBe(true)
    })

    it('stops putting when it is told to, and keeps nothing', async () => {
      await using opened = await open()
      const stop = new AbortController()
      const endless: BlobSource = {
        name: NAME,
        byteLength: MAX_BYTES,
        async *open() {
          for (let count = 0; count < MAX_BYTES; count++) {
            if (count === 3) stop.abort(new Error('enough'))
            yield new Uint8Array(1)
          }
        },
      }
      await expect(opened.store.put(endless, stop.signal)).rejects.toThrow('enough')
      expect(await list(opened.store)).toEqual([])
    })

    it('stops reading when it is told to', async () => {
      await using opened = await open()
      const ref = await opened.store.put(sourceOf(NAME, noise(10)))
      await expect(opened.store.get(ref, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' })
    })

    it('throws rather than give fewer bytes than asked for', async () => {
      await using opened = await open()
      const ref = await opened.store.put(sourceOf(NAME, noise(100)))
      await expect(read(opened.store, ref, { first: 50, last: 100 })).rejects.toBeInstanceOf(BlobDamagedError)
      await expect(read(opened.store, ref, { first: 500, last: 600 })).rejects.toBeInstanceOf(BlobDamagedError)
    })
  })
}

/** Bytes that look random and are the same every time. */
function noise(byteLength: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(byteLength)
  let state = seed + 1
  for (let at = 0; at < byteLength; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    bytes[at] = state >>> 16
  }
  return bytes
}

function sourceOf(name: string, bytes: Uint8Array): BlobSource {
  return {
    name,
    byteLength: bytes.byteLength,
    async *open() {
      for (let from = 0; from < bytes.byteLength; from += 7000) yield bytes.subarray(from, from + 7000)
    },
  }
}

async function read(store: BlobStore, ref: BlobRef, range?: ByteRange): Promise<Uint8Array> {
  return Buffer.concat(await Array.fromAsync(await store.get(ref, range ? { range } : {})))
}

async function list(store: BlobStore): Promise<BlobRef[]> {
  return (await Array.fromAsync(store.list())).map(({ ref }) => ref)
}

/** Far faster than `toEqual` on arrays of bytes. */
function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0
}
