import fc from 'fast-check'
import { expect, it } from 'vitest'
import { packedTag } from './stretch-bytes.ts'

const OWNER = Buffer.from('com.apple.streaming.transportStreamTimestamp\0', 'latin1')

function tag(ticks: bigint): Buffer {
  const time = Buffer.alloc(8)
  time.writeBigUInt64BE(ticks)
  const frame = Buffer.concat([Buffer.from('PRIV'), Buffer.from([0, 0, 0, OWNER.length + 8, 0, 0]), OWNER, time])
  return Buffer.concat([Buffer.from('ID3'), Buffer.from([4, 0, 0, 0, 0, 0, frame.length]), frame])
}

it('reads the time of packed audio, 33 bits of it', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 33n - 1n }), fc.uint8Array({ maxLength: 40 }), (ticks, rest) => {
      const bytes = tag(ticks)
      const read = packedTag(Buffer.concat([bytes, Buffer.from([0xff, 0xf1]), rest]))
      expect(read).toEqual({ byteLength: bytes.length, startSec: Number(ticks) / 90_000 })
    }),
  )
  expect(packedTag(tag(2n ** 40n + 90_000n)).startSec).toBe(1)
})

it('takes any bytes for what they are', () => {
  expect(packedTag(Buffer.from([0xff, 0xf1, 0x50]))).toEqual({ byteLength: 0, startSec: null })
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(70), (noise, keep) => {
      const { byteLength, startSec } = packedTag(Buffer.concat([tag(1n).subarray(0, keep), noise]))
      expect(byteLength).toBeGreaterThanOrEqual(0)
      expect(startSec === null || startSec >= 0).toBe(true)
    }),
  )
})
