import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  PACK_FIXED_BYTES,
  PACK_HEADER_BYTES,
  PACK_TRAILER_BYTES,
  type PackEntry,
  PackFormatError,
  packHeader,
  packTable,
  packTrailer,
  readPackHeader,
  readPackTable,
  readPackTrailer,
  tableBytesFor,
} from './pack-file.ts'

const sha256 = fc.stringMatching(/^[0-9a-f]{64}$/)
const entry: fc.Arbitrary<PackEntry> = fc.record({
  name: fc.string({ maxLength: 40 }),
  offset: fc.maxSafeNat(),
  length: fc.maxSafeNat(),
  sha256,
  part: fc.nat(),
  last: fc.boolean(),
  startSec: fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((value) => value + 0),
  durationSec: fc.double({ min: 0, max: 1e6, noNaN: true }),
})

describe('pack file', () => {
  it('gives back the header it was given', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9]{8,32}$/), fc.nat({ max: 2 ** 32 - 1 }), (videoId, position) => {
        expect(readPackHeader(packHeader(videoId, position))).toEqual({ version: 1, videoId, position })
      }),
    )
  })

  it('gives back the table and never needs more bytes for it than it said', () => {
    fc.assert(
      fc.property(fc.array(entry), (entries) => {
        const table = packTable(entries)
        expect(readPackTable(table)).toEqual(JSON.parse(JSON.stringify(entries)))
        const promised = entries.reduce((sum, each) => sum + tableBytesFor(each), 16)
        const escapes = entries.reduce((sum, each) => sum + JSON.stringify(each.name).length * 3, 0)
        expect(table.length).toBeLessThanOrEqual(promised + escapes)
      }),
    )
  })

  it('finds the table through the trailer', () => {
    const hash = 'ab'.repeat(32)
    const trailer = packTrailer(100, hash)
    expect(readPackTrailer(trailer, 1000)).toEqual({ tableOffset: 1000 - 48 - 100, tableBytes: 100, tableSha256: hash })
    expect(() => readPackTrailer(trailer, PACK_HEADER_BYTES + PACK_TRAILER_BYTES + 99)).toThrow(PackFormatError)
    expect(PACK_FIXED_BYTES).toBe(PACK_HEADER_BYTES + PACK_TRAILER_BYTES + packTable([]).length + 2)
  })

  it('refuses foreign bytes with its own error, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        for (const read of [readPackHeader, readPackTable, (b: Uint8Array) => readPackTrailer(b, 1000)]) {
          expect(() => read(bytes)).toThrow(PackFormatError)
        }
      }),
    )
  })
})
