import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DiskBlobStore } from '#adapters/disk/disk-blob-store.ts'
import type { BlobSource } from '#domain/blob-store.ts'
import { BlobDamagedError } from '#domain/errors.ts'
import { MasterKey } from '#lib/sealing/master-key.ts'
import { sealedBytesOf } from '#lib/sealing/sealed-form.ts'
import { testBlobStore } from '#test/contracts/blob-store.ts'
import { noise, openBelow, read, sourceOf } from './store-below.test-support.ts'
import { withEncryption } from './with-encryption.ts'

const KEY = MasterKey.random()
const CHUNK = 65_536
const NAME = 'film000000000001/0'

for (const wholeReads of [false, true]) {
  testBlobStore(`with encryption, ${wholeReads ? 'whole' : 'ranged'} reads below`, async ({ maxBytes }) => ({
    store: withEncryption(openBelow({ wholeReads, maxBytes: sealedBytesOf(maxBytes) }), KEY),
    async [Symbol.asyncDispose]() {},
  }))
}

testBlobStore('with encryption, a disk below', async ({ maxBytes }) => {
  const folder = await mkdtemp(join(tmpdir(), 'telereel-blobs-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  return {
    store: withEncryption(new DiskBlobStore(folder, sealedBytesOf(maxBytes)), KEY),
    [Symbol.asyncDispose]: remove,
  }
})

describe('withEncryption', () => {
  it('takes as much as fits below once it is sealed, to the byte', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 56, max: 200_000 }), async (maxBytes) => {
        const store = withEncryption(openBelow({ maxBytes }), KEY)
        const ref = await store.put(sourceOf(new Uint8Array(store.limits.maxBytes)))
        expect(await store.size(ref)).toBe(store.limits.maxBytes)
        expect(sealedBytesOf(store.limits.maxBytes + 1)).toBeGreaterThan(maxBytes)
      }),
      { numRuns: 50 },
    )
  })

  it.each([false, true])(
    'gives any range, whatever pieces come from below (whole reads below: %s)',
    async (wholeReads) => {
      const plain = noise(3 * CHUNK + 777)
      const below = openBelow({ wholeReads })
      const ref = await withEncryption(below, KEY).put(sourceOf(plain))
      const edges = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK - 1, 2 * CHUNK, 3 * CHUNK, plain.length - 1]
      const place = fc.oneof(fc.nat(plain.length - 1), fc.constantFrom(...edges))
      await fc.assert(
        fc.asyncProperty(
          place,
          place,
          fc.integer({ min: 1, max: 200_000 }),
          fc.boolean(),
          async (a, b, piece, hand) => {
            const range = { first: Math.min(a, b), last: Math.max(a, b) }
            const length = range.last - range.first + 1
            below.pieceBytes = piece
            const bytes = await read(withEncryption(below, KEY), ref, {
              range,
              ...(hand && { into: new Uint8Array(length) }),
            })
            expect(bytes.equals(plain.subarray(range.first, range.last + 1))).toBe(true)
          },
        ),
        { numRuns: 100 },
      )
      below.pieceBytes = 1
      expect((await read(withEncryption(below, KEY), ref)).equals(plain)).toBe(true)
    },
  )

  it('puts all bytes into the memory that was handed in', async () => {
    const store = withEncryption(openBelow(), KEY)
    const plain = noise(2 * CHUNK)
    const ref = await store.put(sourceOf(plain))
    const into = Buffer.alloc(CHUNK)
    await read(store, ref, { range: { first: 1000, last: 1000 + CHUNK - 1 }, into })
    expect(into.equals(plain.subarray(1000, 1000 + CHUNK))).toBe(true)
  })

  it('asks below for the header once, and then for the chunks of each range only', async () => {
    const below = openBelow()
    const store = withEncryption(below, KEY)
    const ref = await store.put(sourceOf(noise(4 * CHUNK)))
    await read(store, ref, { range: { first: CHUNK, last: CHUNK } })
    await read(store, ref, { range: { first: 2 * CHUNK - 1, last: 2 * CHUNK } })
    await read(store, ref, { range: { first: 4 * CHUNK - 1, last: 4 * CHUNK - 1 } })
    const chunk = (number: number) => 40 + number * (CHUNK + 16)
    expect(below.reads.map(({ range }) => range)).toEqual([
      { first: 0, last: 39 },
      { first: chunk(1), last: chunk(2) - 1 },
      { first: chunk(1), last: chunk(3) - 1 },
      { first: chunk(3), last: chunk(4) - 1 },
    ])
  })

  it('reads once from the start where that is cheapest, and stops when the range is there', async () => {
    const below = openBelow({ wholeReads: true })
    const store = withEncryption(below, KEY)
    const ref = await store.put(sourceOf(noise(4 * CHUNK)))
    await read(store, ref, { range: { first: 2 * CHUNK - 1, last: 2 * CHUNK - 1 } })
    expect(below.reads.map(({ range }) => range)).toEqual([undefined])
    expect(below.count.given).toBeLessThan(3 * CHUNK)
  })

  it('hands signal and attempt down, and on another attempt believes no header that it remembers', async () => {
    const below = openBelow()
    const store = withEncryption(below, KEY)
    const ref = await store.put(sourceOf(noise(10)))
    const { signal } = new AbortController()
    for (const attempt of [0, 1]) await read(store, ref, { range: { first: 0, last: 9 }, attempt, signal })
    expect(below.reads.map((options) => [options.range?.first, options.attempt, options.signal === signal])).toEqual([
      [0, 0, true],
      [40, 0, true],
      [0, 1, true],
      [40, 1, true],
    ])
  })

  it('stores the same bytes for the same put, and others for another name, other bytes, another key', async () => {
    const sealedBy = async (key: MasterKey, name: string, plain: Uint8Array) => {
      const below = openBelow()
      return below.bytesOf(await withEncryption(below, key).put(sourceOf(plain, name)))
    }
    const plain = noise(CHUNK + 5)
    const first = await sealedBy(KEY, NAME, plain)
    expect((await sealedBy(KEY, NAME, plain)).equals(first)).toBe(true)
    const others = [
      await sealedBy(KEY, 'film000000000001/1', plain),
      await sealedBy(
        KEY,
        NAME,
        plain.map((byte, at) => (at === 9 ? byte ^ 1 : byte)),
      ),
      await sealedBy(MasterKey.random(), NAME, plain),
    ]
    for (const other of others) expect(other.subarray(-16).equals(first.subarray(-16))).toBe(false)
    expect(first.includes(plain.subarray(0, 16))).toBe(false)
  })

  it.each([
    [0, 'b57bb78d0897154599022fbdd291876c372b229c0620a1836488f6f692c76786'],
    [2 * CHUNK + 1000, 'c5e98f46f5b3bfcb0813f80fa56f9a38955737f183153561a962664760de3425'],
    [40 * CHUNK, '7f439acd79788e77613efab8cbb818118379c613a6864a296a6ad3fc0374d317'],
    [3_000_000, 'aadc182ede3f5163c89e7cde202b803e54d01cde9ebc1b6c83948da7f7f7f8c4'],
  ])('seals %i bytes as ever: other bytes would be sent, and kept, once more', async (length, sha256) => {
    const below = openBelow({ maxBytes: 4_000_000 })
    const key = new MasterKey(Uint8Array.from({ length: 32 }, (_, at) => at))
    const plain = new Uint8Array(length).map((_, at) => at * 31)
    const source = { ...sourceOf(plain, NAME), sha256: 'of the plain bytes' }
    const sealed = below.bytesOf(await withEncryption(below, key).put(source))
    expect(createHash('sha256').update(sealed).digest('hex')).toBe(sha256)
    expect(below.puts.map((put) => put.sha256)).toEqual([sha256])
  })

  it.each([0, 40 * CHUNK, 3_000_000])('seals %i bytes of a file as those that come from elsewhere', async (length) => {
    await using file = await fileOf(noise(length))
    const below = openBelow({ maxBytes: 4_000_000 })
    const store = withEncryption(below, KEY)
    const opened: string[] = []
    const open = () => {
      opened.push('here')
      return sourceOf(noise(length)).open()
    }
    const ref = await store.put({ ...sourceOf(noise(length), NAME), path: file.path, open })
    const elsewhere = openBelow({ maxBytes: 4_000_000 })
    const same = await withEncryption(elsewhere, KEY).put(sourceOf(noise(length), NAME))
    expect(below.bytesOf(ref).equals(elsewhere.bytesOf(same))).toBe(true)
    // The main thread has better things to do.
    expect(opened).toEqual([])
  })

  it('stores nothing of a file that is not as long as was said, or changes on the way', async () => {
    const plain = noise(6 * CHUNK)
    await using file = await fileOf(plain)
    const source = (bytes: Uint8Array) => ({ ...sourceOf(bytes, NAME), path: file.path })
    const below = openBelow()
    const short = { ...source(plain), byteLength: plain.byteLength + 1 }
    await expect(withEncryption(below, KEY).put(short)).rejects.toBeInstanceOf(BlobDamagedError)
    const changing = openBelow()
    const put = changing.put.bind(changing)
    changing.put = async (sealed, signal) => {
      await writeFile(file.path, plain.toReversed())
      return put(sealed, signal)
    }
    await expect(withEncryption(changing, KEY).put(source(plain))).rejects.toBeInstanceOf(BlobDamagedError)
    for (const store of [below, changing]) expect(await Array.fromAsync(store.list())).toEqual([])
  })

  it.each([2, 3])('lets no chunk leave that changed before the bytes were read for the %s. time', async (changesAt) => {
    let opened = 0
    const plain = noise(3 * CHUNK)
    const changing: BlobSource = {
      ...sourceOf(plain),
      async *open() {
        opened++
        yield plain.map((byte, at) => (opened === changesAt && at === CHUNK + 7 ? byte ^ 4 : byte))
      },
    }
    const below = openBelow({ readsTwice: true })
    await expect(withEncryption(below, KEY).put(changing)).rejects.toBeInstanceOf(BlobDamagedError)
    // Nothing of the run of chunks that changed, and all of the reading before it.
    expect([opened, below.count.taken]).toEqual([changesAt, (changesAt - 2) * sealedBytesOf(3 * CHUNK)])
    expect(await Array.fromAsync(below.list())).toEqual([])
  })

  it('says that the key is another, before the first byte', async () => {
    const below = openBelow()
    const ref = await withEncryption(below, KEY).put(sourceOf(noise(10)))
    for (const options of [{}, { range: { first: 0, last: 0 } }]) {
      const error = await read(withEncryption(below, MasterKey.random()), ref, options).catch((reason) => reason)
      expect(error).toBeInstanceOf(BlobDamagedError)
      expect(error.why).toContain('recovery key')
    }
  })

  it('says that a blob was never sealed', async () => {
    const below = openBelow()
    const ref = await below.put(sourceOf(noise(1000)))
    await expect(read(withEncryption(below, KEY), ref)).rejects.toMatchObject({
      code: 'blob-damaged',
      fix: expect.stringContaining('ENCRYPTION'),
    })
  })

  it('reads what another process put in the place of a blob, at the second attempt at the latest', async () => {
    const below = openBelow()
    const [ours, theirs] = [withEncryption(below, KEY), withEncryption(below, KEY)]
    const range = { first: 0, last: 9 }
    const ref = await ours.put(sourceOf(noise(20)))
    await read(ours, ref, { range })
    await theirs.put(sourceOf(noise(20, 2)))
    await expect(read(ours, ref, { range })).rejects.toBeInstanceOf(BlobDamagedError)
    expect((await read(ours, ref, { range })).equals(noise(20, 2).subarray(0, 10))).toBe(true)
    await ours.put(sourceOf(noise(20, 3)))
    expect((await read(ours, ref, { range })).equals(noise(20, 3).subarray(0, 10))).toBe(true)
  })
})

async function fileOf(bytes: Uint8Array) {
  const folder = await mkdtemp(join(tmpdir(), 'sealed-'))
  const path = join(folder, 'plain')
  await writeFile(path, bytes)
  return { path, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}
