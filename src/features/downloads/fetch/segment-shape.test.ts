import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SegmentShape } from './segment-shape.ts'

describe('SegmentShape', () => {
  it('finds whole what is whole and torn what is cut anywhere, however the bytes come', () => {
    const media = fc.oneof(transportStreams(), fragments())
    fc.assert(
      fc.property(
        media,
        fc.array(fc.nat({ max: 300 })),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (made, cuts, at) => {
          const { bytes, borders } = made
          expect(endOf(bytes, cuts)).toBeNull()
          const length = 1 + Math.floor(at * (bytes.byteLength - 1))
          const isWhole = length === bytes.byteLength || borders.includes(length)
          // Fewer than eight bytes do not tell that they are a box.
          if (length >= 8 || bytes[0] === 0x47) expect(endOf(bytes.subarray(0, length), cuts) === null).toBe(isWhole)
        },
      ),
    )
  })

  it('judges nothing that it does not know', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), fc.array(fc.nat({ max: 300 })), (bytes, cuts) => {
        // Neither a sync byte nor the name of a box.
        const other = Uint8Array.from(bytes, (byte, index) => (index === 0 || (index > 3 && index < 8) ? 1 : byte))
        expect(endOf(other, cuts)).toBeNull()
      }),
    )
  })

  it('takes a last box that goes to the end of the file, and bytes behind boxes that are none', () => {
    expect(endOf(joined([box('moof', 20), Uint8Array.of(0, 0, 0, 0, ...letters('mdat'), 1, 2, 3)]), [])).toBeNull()
    expect(endOf(joined([box('moof', 20), new Uint8Array(400).fill(255)]), [])).toBeNull()
  })

  it('knows long sizes', () => {
    const long = Uint8Array.of(0, 0, 0, 1, ...letters('mdat'), 0, 0, 0, 0, 0, 0, 0, 20, 1, 2, 3, 4)
    expect(endOf(joined([box('styp', 9), long]), [])).toBeNull()
    expect(endOf(joined([box('styp', 9), long.subarray(0, 19)]), [])).toBe('Its last box lacks 1 bytes.')
  })
})

interface Made {
  readonly bytes: Uint8Array
  /** Where it may end, too. */
  readonly borders: readonly number[]
}

function transportStreams(): fc.Arbitrary<Made> {
  return fc.integer({ min: 1, max: 20 }).map((packets) => {
    const bytes = Uint8Array.from({ length: packets * 188 }, (_, index) => (index % 188 === 0 ? 0x47 : index % 251))
    return { bytes, borders: Array.from({ length: packets }, (_, index) => index * 188) }
  })
}

function fragments(): fc.Arbitrary<Made> {
  const rest = fc.array(fc.tuple(fc.constantFrom('moof', 'mdat', 'free', 'emsg'), fc.nat({ max: 600 })), {
    maxLength: 8,
  })
  return fc
    .tuple(fc.constantFrom('styp', 'ftyp', 'moof', 'sidx'), fc.nat({ max: 600 }), rest)
    .map(([first, length, more]) => {
      const boxes = [box(first, length), ...more.map(([type, size]) => box(type, size))]
      const borders = boxes.map((_, index) => joined(boxes.slice(0, index)).byteLength)
      return { bytes: joined(boxes), borders }
    })
}

function endOf(bytes: Uint8Array, cuts: readonly number[]): string | null {
  const shape = new SegmentShape()
  let at = 0
  for (const cut of cuts) {
    shape.add(bytes.slice(at, at + cut))
    at += cut
  }
  shape.add(bytes.slice(at))
  return shape.end()
}

function box(type: string, bodyBytes: number): Uint8Array {
  const bytes = new Uint8Array(8 + bodyBytes).fill(7, 8)
  new DataView(bytes.buffer).setUint32(0, bytes.byteLength)
  bytes.set(letters(type), 4)
  return bytes
}

function letters(text: string): number[] {
  return Array.from(text, (letter) => letter.charCodeAt(0))
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]))
}
