import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CHUNK_BYTES, mostPlainBytesIn, plainBytesOf, sealedBytesOf } from './sealed-form.ts'

const nearChunks = fc.tuple(fc.nat(400), fc.integer({ min: -60, max: 60 })).map(([chunks, by]) => chunks * 65_552 + by)
const lengths = fc.oneof(fc.nat(200), nearChunks, fc.nat(2 ** 31 - 1)).map((length) => Math.max(0, length))

describe('sealed form', () => {
  it('adds 40 bytes and 16 for each chunk: a pack of 19 MiB stays below what bots can read', () => {
    expect(sealedBytesOf(19_922_944)).toBe(19_922_944 + 4864 + 40)
    expect(mostPlainBytesIn(20_971_520)).toBeGreaterThan(19_922_944)
    expect([sealedBytesOf(0), sealedBytesOf(1), sealedBytesOf(CHUNK_BYTES + 1)]).toEqual([56, 57, 65_609])
  })

  it('knows the length of the plain bytes from that of the sealed ones', () => {
    fc.assert(
      fc.property(lengths, (length) => {
        expect(plainBytesOf(sealedBytesOf(length))).toBe(length)
      }),
    )
  })

  it('knows which lengths nothing sealed has', () => {
    fc.assert(
      fc.property(lengths, (length) => {
        const plainBytes = plainBytesOf(length)
        if (plainBytes === null) expect(sealedBytesOf(Math.max(0, mostPlainBytesIn(length)))).not.toBe(length)
        else expect(sealedBytesOf(plainBytes)).toBe(length)
      }),
    )
    for (const length of [0, 39, 40, 55, 65_592 + 1, 65_592 + 16]) expect(plainBytesOf(length)).toBeNull()
  })

  it('says to the byte how much fits below a limit', () => {
    fc.assert(
      fc.property(lengths, (limit) => {
        const most = mostPlainBytesIn(limit)
        if (most >= 0) expect(sealedBytesOf(most)).toBeLessThanOrEqual(limit)
        expect(sealedBytesOf(Math.max(0, most + 1))).toBeGreaterThan(limit)
      }),
      { numRuns: 1000 },
    )
  })
})
