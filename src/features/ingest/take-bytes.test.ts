import fc from 'fast-check'
import { expect, it } from 'vitest'
import { takeBytes } from './take-bytes.ts'

it('splits a list of byte runs without losing, doubling or moving a byte', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 20 })), fc.nat({ max: 200 }), (pieces, count) => {
      const all = Buffer.concat(pieces)
      const [taken, rest] = takeBytes(pieces, count)
      expect(Buffer.concat(taken)).toEqual(all.subarray(0, count))
      expect(Buffer.concat(rest)).toEqual(all.subarray(count))
    }),
  )
})
