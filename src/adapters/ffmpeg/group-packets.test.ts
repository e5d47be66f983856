import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PacketGrouper, type ScannedPacket } from './group-packets.ts'

const key = (ptsSec: number, byteLength = 10): ScannedPacket => packet(ptsSec, byteLength, true)

function packet(ptsSec: number, byteLength = 1, isKey = false): ScannedPacket {
  return { ptsSec, dtsSec: ptsSec, durationSec: 1, byteLength, isKey }
}

function grouped(...packets: readonly ScannedPacket[]) {
  const grouper = new PacketGrouper()
  for (const one of packets) grouper.add(one)
  return grouper.finish()
}

describe('PacketGrouper', () => {
  it('begins a group at each key frame and counts its bytes', () => {
    expect(grouped(key(5), packet(7), packet(6), key(8), packet(9))).toEqual({
      startSec: 5,
      endSec: 10,
      gops: [
        { startSec: 5, byteLength: 12, closed: true },
        { startSec: 8, byteLength: 11, closed: true },
      ],
    })
  })

  it('knows an open group by a picture that is shown before its key frame', () => {
    const all = grouped(key(0), packet(1), key(4), packet(2), packet(3), key(5), packet(6))
    expect(all?.gops.map(({ closed }) => closed)).toEqual([true, false, true])
  })

  it.each([
    ['back', [key(5), packet(7), key(2), packet(4)], { fromSec: 8, toSec: 2 }],
    ['far ahead', [key(5), key(900), packet(901), key(3000)], { fromSec: 6, toSec: 900 }],
    ['nowhere', [key(5), packet(8), packet(6), key(5.5), key(500), packet(499)], null],
  ])('tells where the clock jumps %s', (_, packets, jump) => {
    const grouper = new PacketGrouper()
    for (const one of packets) grouper.add(one)
    expect(grouper.jump).toEqual(jump)
  })

  it('leaves out what comes before the first key frame', () => {
    expect(grouped(packet(1), packet(2), key(3), packet(4))).toMatchObject({
      startSec: 3,
      endSec: 5,
      gops: [{ startSec: 3, byteLength: 11 }],
    })
  })

  it('takes decode times where there are no others, and counts bytes without any time', () => {
    const untimed = { ptsSec: Number.NaN, durationSec: Number.NaN, byteLength: 3, isKey: false }
    const all = grouped(key(0), { ...untimed, dtsSec: 7 }, { ...untimed, dtsSec: Number.NaN })
    expect(all).toEqual({ startSec: 0, endSec: 7, gops: [{ startSec: 0, byteLength: 16, closed: true }] })
  })

  it('makes one group of a stream without key frames, and none of nothing', () => {
    expect(grouped(packet(2), packet(3))).toEqual({
      startSec: 2,
      endSec: 4,
      gops: [{ startSec: 2, byteLength: 2, closed: true }],
    })
    expect(grouped()).toBeNull()
  })

  it('counts every byte from the first key frame on exactly once', () => {
    const any = fc.record({ ptsSec: fc.nat(100), byteLength: fc.nat(1000), isKey: fc.boolean() })
    fc.assert(
      fc.property(fc.array(any, { minLength: 1 }), (packets) => {
        const all = grouped(
          key(0, 5),
          ...packets.map(({ ptsSec, byteLength, isKey }) => packet(ptsSec, byteLength, isKey)),
        )
        const total = packets.reduce((sum, { byteLength }) => sum + byteLength, 5)
        expect(all?.gops.reduce((sum, { byteLength }) => sum + byteLength, 0)).toBe(total)
        expect(all?.gops).toHaveLength(packets.filter(({ isKey }) => isKey).length + 1)
      }),
    )
  })
})
