import { describe, expect, it } from 'vitest'
import type { BlobRef, BlobStore } from '#domain/blob-store.ts'
import { BlobDamagedError } from '#domain/errors.ts'
import { MasterKey } from '#lib/sealing/master-key.ts'
import { noise, numbersFrom, openBelow, read, type StoreBelow, sourceOf } from './store-below.test-support.ts'
import { withEncryption } from './with-encryption.ts'

const KEY = MasterKey.random()
const CHUNK = 65_536

/** Small ones, so that many flips are quick, and some with several chunks. */
const LENGTHS = [
  { lengths: [0, 1, 15, 16, 17, 100, 700, 2000], flipsEach: 1000 },
  { lengths: [CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK + 100], flipsEach: 500 },
]

describe('damage to sealed blobs', () => {
  it.each([false, true])(
    'finds each of 10,000 flipped bits and passes none on (whole reads below: %s)',
    async (wholeReads) => {
      const random = numbersFrom(7)
      let found = 0
      for (const { lengths, flipsEach } of LENGTHS) {
        for (const length of lengths) {
          const below = openBelow({ wholeReads })
          const store = withEncryption(below, KEY)
          const plain = noise(length)
          const ref = await store.put(sourceOf(plain))
          for (let flips = 0; flips < flipsEach; flips++) {
            const bit = random(below.bytesOf(ref).byteLength * 8)
            flip(below, ref, bit)
            found += Number(await isFound(store, ref, plain))
            flip(below, ref, bit)
          }
          expect((await read(store, ref)).equals(plain)).toBe(true)
        }
      }
      expect(found).toBe(10_000)
    },
  )

  it('finds a flipped bit in whatever chunk a range touches, and reads on around it', async () => {
    const below = openBelow()
    const store = withEncryption(below, KEY)
    const plain = noise(4 * CHUNK)
    const ref = await store.put(sourceOf(plain))
    const random = numbersFrom(8)
    for (let times = 0; times < 200; times++) {
      const chunk = random(4)
      const bit = (40 + chunk * (CHUNK + 16) + random(CHUNK + 16)) * 8 + random(8)
      flip(below, ref, bit)
      for (const each of [0, 1, 2, 3]) {
        const range = { first: each * CHUNK + random(100), last: (each + 1) * CHUNK - 1 - random(100) }
        const reading = read(store, ref, { range })
        if (each === chunk) await expect(reading).rejects.toBeInstanceOf(BlobDamagedError)
        else expect((await reading).equals(plain.subarray(range.first, range.last + 1))).toBe(true)
      }
      flip(below, ref, bit)
    }
  })

  it('finds bytes that were cut off, added, or moved', async () => {
    const plain = noise(3 * CHUNK + 100)
    const sealedChunk = CHUNK + 16
    const damages: ((sealed: Buffer) => Buffer)[] = [
      (sealed) => sealed.subarray(0, -1),
      (sealed) => sealed.subarray(0, 40 + 3 * sealedChunk),
      (sealed) => sealed.subarray(0, 40 + sealedChunk),
      (sealed) => sealed.subarray(0, 40),
      (sealed) => sealed.subarray(0, 7),
      (sealed) => Buffer.concat([sealed, Buffer.alloc(1)]),
      (sealed) => Buffer.concat([sealed, sealed.subarray(40, 40 + sealedChunk)]),
      (sealed) => Buffer.concat([sealed.subarray(0, 40 + sealedChunk), sealed.subarray(40)]),
      (sealed) => swapped(sealed, 40, 40 + sealedChunk, sealedChunk),
    ]
    for (const wholeReads of [false, true]) {
      for (const damage of damages) {
        const below = openBelow({ wholeReads })
        const store = withEncryption(below, KEY)
        const ref = await store.put(sourceOf(plain))
        below.replace(ref, damage(below.bytesOf(ref)))
        expect(await isFound(store, ref, plain)).toBe(true)
        const last = { first: plain.byteLength - 1, last: plain.byteLength - 1 }
        const bytes = await read(store, ref, { range: last }).catch((error) => error)
        if (!(bytes instanceof BlobDamagedError)) expect(bytes.equals(plain.subarray(-1))).toBe(true)
      }
    }
  })

  it('finds a length that no sealed blob has', async () => {
    const below = openBelow()
    const store = withEncryption(below, KEY)
    const ref = await store.put(sourceOf(noise(10)))
    below.replace(ref, below.bytesOf(ref).subarray(0, 50))
    await expect(store.size(ref)).rejects.toBeInstanceOf(BlobDamagedError)
  })
})

/** Whether reading all of it ends with BlobDamagedError; throws when a byte came that was not put. */
async function isFound(store: BlobStore, ref: BlobRef, plain: Buffer): Promise<boolean> {
  let at = 0
  try {
    for await (const bytes of await store.get(ref)) {
      if (!plain.subarray(at, at + bytes.byteLength).equals(bytes)) throw new Error(`Wrong bytes came at ${at}.`)
      at += bytes.byteLength
    }
  } catch (error) {
    if (error instanceof BlobDamagedError) return true
    throw error
  }
  return false
}

function flip(below: StoreBelow, ref: BlobRef, bit: number): void {
  const sealed = below.bytesOf(ref)
  sealed[bit >>> 3] = (sealed[bit >>> 3] ?? 0) ^ (1 << (bit & 7))
}

function swapped(bytes: Buffer, one: number, other: number, length: number): Buffer {
  const result = Buffer.from(bytes)
  bytes.copy(result, one, other, other + length)
  bytes.copy(result, other, one, one + length)
  return result
}
