import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ContainerError } from '../container-error.ts'
import {
  bigUintOf,
  elementsIn,
  floatOf,
  readElementHeader,
  readVint,
  sintOf,
  textOf,
  UNKNOWN_SIZE,
  uintOf,
} from './ebml-element.ts'
import { element, vint } from './matroska.test-support.ts'

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)

describe('readVint', () => {
  it.each([
    [bytes(0x81), 1, 1],
    [bytes(0x40, 0x02), 2, 2],
    [bytes(0x10, 0, 0, 5), 5, 4],
    [bytes(0x01, 0, 0, 0, 0, 0, 1, 0), 256, 8],
  ])('reads %o as %i', (input, value, length) => {
    expect(readVint(input, 0)).toEqual({ value, length, allOnes: false })
  })

  it.each([bytes(0xff), bytes(0x7f, 0xff), bytes(0x01, 255, 255, 255, 255, 255, 255, 255)])(
    'knows the unknown size %o',
    (input) => expect(readVint(input, 0)).toMatchObject({ allOnes: true, length: input.byteLength }),
  )

  it('gives null while bytes are missing', () => {
    expect(readVint(bytes(), 0)).toBeNull()
    expect(readVint(bytes(0x40), 0)).toBeNull()
    expect(readVint(bytes(1, 2, 3), 0)).toBeNull()
  })

  it('refuses more than eight bytes, and values that no double holds', () => {
    expect(() => readVint(bytes(0, 1, 2, 3, 4, 5, 6, 7, 8), 0)).toThrow(ContainerError)
    expect(() => readVint(bytes(0x01, 0x80, 0, 0, 0, 0, 0, 0), 0)).toThrow(ContainerError)
  })

  it('reads back every number in every length that can hold it', () => {
    const lengths = fc.integer({ min: 1, max: 8 })
    fc.assert(
      fc.property(fc.maxSafeNat(), lengths, (number, length) => {
        const value = number % (2 ** (7 * length) - 1)
        expect(readVint(vint(value, length), 0)).toEqual({ value, length, allOnes: false })
      }),
    )
  })
})

describe('elements', () => {
  it('have a header with ID, size and its own length', () => {
    expect(readElementHeader(bytes(0x1a, 0x45, 0xdf, 0xa3, 0x40, 0x05), 0)).toEqual({
      id: 0x1a45dfa3,
      headerLength: 6,
      size: 5,
    })
    expect(readElementHeader(bytes(0xa3, 0xff), 0)).toEqual({ id: 0xa3, headerLength: 2, size: UNKNOWN_SIZE })
    expect(readElementHeader(bytes(0xa3), 0)).toBeNull()
    expect(() => readElementHeader(bytes(0x08, 0, 0, 0, 0, 0x80), 0)).toThrow(ContainerError)
  })

  it('fill their parent exactly', () => {
    const inside = [element(0xec, bytes(1, 2)), element(0xbf, bytes())]
    const found = elementsIn(Uint8Array.from(inside.flatMap((part) => [...part])))
    expect(found.map(({ id, body }) => [id, body.byteLength])).toEqual([
      [0xec, 2],
      [0xbf, 0],
    ])
    expect(() => elementsIn(bytes(0xec, 0x82, 1))).toThrow(expect.objectContaining({ code: 'truncated' }))
    expect(() => elementsIn(bytes(0xec, 0xff, 1))).toThrow(expect.objectContaining({ code: 'truncated' }))
  })
})

describe('values', () => {
  it.each<[string, unknown, unknown]>([
    ['an empty integer', uintOf(bytes()), 0],
    ['an integer', uintOf(bytes(1, 0)), 256],
    ['a negative integer', sintOf(bytes(0xff, 0xfe)), -2],
    ['a positive integer', sintOf(bytes(0x7f)), 127],
    ['an empty signed integer', sintOf(bytes()), 0],
    ['64 bits', bigUintOf(bytes(255, 255, 255, 255, 255, 255, 255, 255)), '18446744073709551615'],
    ['a short float', floatOf(bytes(0x3f, 0x80, 0, 0)), 1],
    ['a long float', floatOf(bytes(0x40, 0x04, 0, 0, 0, 0, 0, 0)), 2.5],
    ['an empty float', floatOf(bytes()), 0],
    ['text with a zero', textOf(bytes(0x68, 0x69, 0, 0x21)), 'hi'],
  ])('read %s', (_, value, expected) => expect(value).toBe(expected))

  it('refuse lengths and sizes that are none', () => {
    for (const read of [uintOf, sintOf, bigUintOf, floatOf])
      expect(() => read(new Uint8Array(9))).toThrow(ContainerError)
    expect(() => floatOf(bytes(1, 2))).toThrow(ContainerError)
    expect(() => uintOf(new Uint8Array(8).fill(255))).toThrow(ContainerError)
  })
})
