import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ContainerError } from '../container-error.ts'
import { annexBParts, nalUnits } from './annex-b.ts'
import type { NalCodec } from './nal-codec.ts'

const SPS = [0x67, 1]
const PPS = [0x68, 2]
const IDR = [0x65, 3, 4]
const DELIMITER = [0x09, 0xf0]

const CODEC: NalCodec = {
  lengthBytes: 4,
  parameterSets: [Uint8Array.from(SPS), Uint8Array.from(PPS)],
  delimiter: Uint8Array.from(DELIMITER),
  isDelimiter: ([first = 0]) => (first & 31) === 9,
  isSequenceParameters: ([first = 0]) => (first & 31) === 7,
}

describe('annexBParts', () => {
  it.each([
    ['a delimiter and parameter sets before a sync picture', [IDR], true, [DELIMITER, SPS, PPS, IDR]],
    ['only a delimiter before another picture', [[0x41, 9]], false, [DELIMITER, [0x41, 9]]],
    ['no second parameter sets', [[0x67, 7], PPS, IDR], true, [DELIMITER, [0x67, 7], PPS, IDR]],
    [
      'no second delimiter, and parameter sets behind the first',
      [[0x09, 0x10], IDR],
      true,
      [[0x09, 0x10], SPS, PPS, IDR],
    ],
    ['nothing for empty NAL units', [[], IDR, []], true, [DELIMITER, SPS, PPS, IDR]],
  ])('writes %s', (_, units, sync, expected) => {
    expect(written(annexBParts(sampleOf(units, 4), CODEC, sync))).toEqual(
      expected.flatMap((unit) => [0, 0, 0, 1, ...unit]),
    )
  })

  it('gives back any NAL units, whatever the size of their lengths', () => {
    const units = fc.array(fc.array(fc.nat(255), { minLength: 1, maxLength: 40 }))
    fc.assert(
      fc.property(units, fc.constantFrom(1, 2, 4), (given, lengthBytes) => {
        const found = [...nalUnits(sampleOf(given, lengthBytes), lengthBytes)].map((unit) => [...unit])
        expect(found).toEqual(given)
      }),
    )
  })

  it('answers to random bytes with parts or with a ContainerError', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 50 }),
        fc.constantFrom(1, 2, 3, 4),
        fc.boolean(),
        (bytes, lengthBytes, sync) => {
          try {
            annexBParts(bytes, { ...CODEC, lengthBytes }, sync)
          } catch (error) {
            expect(error).toBeInstanceOf(ContainerError)
          }
        },
      ),
    )
    expect(() => annexBParts(Uint8Array.of(0, 0, 0, 9, 1), CODEC, true)).toThrow('longer than its sample')
  })
})

function sampleOf(units: readonly (readonly number[])[], lengthBytes: number): Uint8Array {
  return Uint8Array.from(
    units.flatMap((unit) => {
      const length = Array.from({ length: lengthBytes }, (_, at) => (at === lengthBytes - 1 ? unit.length : 0))
      return [...length, ...unit]
    }),
  )
}

function written(parts: readonly Uint8Array[]): number[] {
  return parts.flatMap((part) => [...part])
}
