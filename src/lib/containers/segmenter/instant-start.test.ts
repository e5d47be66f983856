import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isInstantStart } from './instant-start.ts'

const SLICE = [0x41, 0x9a, 0x06, 0x01, 0xc4]
const IDR = [0x65, 0x88, 0x84]
/** Recovery at once, exact (ITU-T H.264 §D.1.8), as x264 writes it. */
const RECOVERY = [0x06, 0x06, 0x01, 0xc4, 0x80]
const BLANKED = [0x06, 0x03, 0x01, 0xff, 0x80]
const BUFFERING = [0x00, 0x02, 0x12, 0x34]

describe('isInstantStart', () => {
  it.each([
    ['an IDR', [IDR], true],
    ['an IDR behind parameter sets and messages', [[0x67, 1], [0x68, 2], RECOVERY, IDR], true],
    ['another picture', [SLICE], false],
    ['a recovery point', [RECOVERY, SLICE], false],
    ['nothing at all', [], false],
  ])('knows %s', (_, units, expected) => {
    expect(isInstantStart([sample(units)], 4)).toBe(expected)
  })

  it.each([
    ['alone', [RECOVERY, SLICE], [BLANKED, SLICE]],
    [
      'behind another message in its unit',
      [[6, ...BUFFERING, ...RECOVERY.slice(1)], SLICE],
      [[6, ...BUFFERING, ...BLANKED.slice(1)], SLICE],
    ],
    ['behind a unit of another kind', [[9, 0xf0], RECOVERY, SLICE], [[9, 0xf0], BLANKED, SLICE]],
    [
      'behind a long message',
      [[6, 5, 0xff, 1, ...new Array<number>(256).fill(7), ...RECOVERY.slice(1)], SLICE],
      [[6, 5, 0xff, 1, ...new Array<number>(256).fill(7), ...BLANKED.slice(1)], SLICE],
    ],
    [
      'behind bytes that prevent a start code',
      [[6, 5, 3, 0, 0, 3, 1, 6, 1, 0xc4, 0x80], SLICE],
      [[6, 5, 3, 0, 0, 3, 1, 3, 1, 0xff, 0x80], SLICE],
    ],
  ])('blanks a recovery point message %s', (_, before, after) => {
    const bytes = sample(before)
    isInstantStart([bytes], 4)
    expect(bytes).toEqual(sample(after))
  })

  it.each([
    ['of an IDR', [RECOVERY, IDR]],
    ['inside of a picture', [SLICE, RECOVERY]],
    ['of other kinds', [[6, ...BUFFERING, 0x80], SLICE]],
    ['that say they are longer than they are', [[6, 6, 9, 0xc4, 0x80], SLICE]],
  ])('leaves messages alone %s', (_, units) => {
    const bytes = sample(units)
    isInstantStart([bytes], 4)
    expect(bytes).toEqual(sample(units))
  })

  it('does the same wherever memory is divided, and with any bytes', () => {
    const units = fc.array(fc.oneof(fc.constant(RECOVERY), fc.constant(SLICE), fc.array(fc.nat(255))), { maxLength: 5 })
    fc.assert(
      fc.property(units, fc.nat(40), fc.constantFrom(1, 2, 4), (some, cut, lengthBytes) => {
        const whole = sample(some, lengthBytes)
        const parts = [whole.slice(0, cut), whole.slice(cut)]
        expect(isInstantStart(parts, lengthBytes)).toBe(isInstantStart([whole], lengthBytes))
        expect(Buffer.concat(parts)).toEqual(Buffer.from(whole))
      }),
    )
  })
})

function sample(units: readonly (readonly number[])[], lengthBytes = 4): Uint8Array {
  return Uint8Array.from(
    units.flatMap((unit) => {
      const length = Array.from(
        { length: lengthBytes },
        (_, at) => (unit.length >> (8 * (lengthBytes - 1 - at))) & 0xff,
      )
      return [...length, ...unit]
    }),
  )
}
