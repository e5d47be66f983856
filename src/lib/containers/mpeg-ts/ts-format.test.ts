import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { box, concat, u16, zeros } from '../iso-bmff/box-writer.ts'
import type { ContainerTrack, Sample } from '../sample.ts'
import { crc32Mpeg } from './crc32-mpeg.ts'
import { demux } from './demux.test-support.ts'
import { tsFormat } from './ts-format.ts'

/** AC-3 goes into the stream as it is, so what comes out can be compared byte by byte. */
const SOUND = track('audio', box('ac-3', zeros(28)))
const AVCC = [1, 100, 0, 30, 0xff, 0xe1, 0, 2, 0x67, 1, 1, 0, 2, 0x68, 2]
const PICTURES = track('video', box('avc1', zeros(78), box('avcC', Uint8Array.from(AVCC))))

describe('tsFormat', () => {
  it('knows the checksum of its tables', () => {
    expect(crc32Mpeg(Buffer.from('123456789'))).toBe(0x0376_e6e7)
  })

  it('has no init segment', () => {
    expect(tsFormat.init(SOUND)).toBeNull()
  })

  it('begins each segment, and only that, with the tables, counted by segment', () => {
    const first = demux(composed(SOUND, [[10]], { segment: 17 }))
    expect(first.tables).toEqual([
      { pid: 0, counter: 1 },
      { pid: 0x1000, counter: 1 },
    ])
    expect(demux(composed(SOUND, [[10]], { segment: 17, ordinal: 1 })).tables).toEqual([])
  })

  it('counts on over indexes that have no segment', () => {
    const { tables } = demux(composed(SOUND, [[10]], { segment: 18, skipped: 2 }))
    expect(tables.map((table) => table.counter)).toEqual([0, 0, 1, 1, 2, 2])
    expect(demux(composed(SOUND, [[10]], { segment: 1000, skipped: 1000 })).tables).toHaveLength(32)
  })

  it('marks where a decoder can start and carries a clock that runs ahead of every picture', () => {
    const samples = [picture(0, 80, true), picture(40, 160, false), picture(80, 120, false)]
    const { packets } = demux(
      composed(
        PICTURES,
        samples.map((one) => [0, 0, 0, 1, one.sync ? 0x65 : 0x41]),
        { samples },
      ),
    )
    expect(packets.map((packet) => packet.randomAccess)).toEqual([true, false, false])
    expect(packets.map(({ dts, pts }) => [dts, pts])).toEqual([
      [900_000, 907_200],
      [903_600, 914_400],
      [907_200, 910_800],
    ])
    for (const { clock, dts } of packets) expect(dts - (clock as number)).toBe(45_000)
  })

  it('lets times go round after 33 bits', () => {
    const before = 2 ** 33 / 90 - 10_000
    const samples = [picture(Math.floor(before) - 100, Math.floor(before) + 100, true)]
    const [packet] = demux(composed(PICTURES, [[0, 0, 0, 1, 0x65]], { samples })).packets
    expect(packet?.dts).toBeGreaterThan(2 ** 33 - 10_000)
    expect(packet?.pts).toBeLessThan(10_000)
  })

  it('writes any time so that it can be read again', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 33 - 1), fc.nat(90_000), (dts, delay) => {
        const clockwork = { ...PICTURES, timescale: 90_000 }
        const samples = [{ ...picture(dts, dts + delay, true) }]
        const [packet] = demux(composed(clockwork, [[0, 0, 0, 1, 0x65]], { samples, offsetTicks: 0 })).packets
        const within33Bits = [dts, dts + delay, dts - 45_000 + 2 ** 33].map((time) => time % 2 ** 33)
        expect([packet?.dts, packet?.pts, packet?.clock]).toEqual(within33Bits)
      }),
    )
  })

  it('lets sound share packets, but never for longer than the clock may pause', () => {
    const { packets } = demux(
      composed(
        SOUND,
        Array.from({ length: 10 }, () => [1, 2, 3]),
      ),
    )
    expect(packets.map((packet) => packet.pts)).toEqual(
      [0, 4, 8].map((frame) => 900_000 + (frame * 20 * 90_000) / 1000),
    )
  })

  it('gives every byte back in order, with counters that run on from fragment to fragment', () => {
    const frame = fc.oneof(fc.integer({ min: 30, max: 400 }), fc.integer({ min: 170, max: 190 }), fc.constant(70_000))
    const fragments = fc.array(fc.array(frame, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(fragments, (lengths) => {
        let next = 0
        const frames = lengths.map((own) => own.map((length) => Array.from({ length }, () => next++ % 253)))
        const bytes = frames.flatMap((own, segment) => [...composed(SOUND, own, { segment })])
        const { packets, discontinuities } = demux(Uint8Array.from(bytes))
        expect(discontinuities).toBe(0)
        expect(Buffer.concat(packets.map((packet) => packet.body)).equals(Buffer.from(frames.flat(2)))).toBe(true)
      }),
      { numRuns: 30 },
    )
  })

  it('puts the parameter sets of a piece that was encoded anew before its pictures', () => {
    const other = box('avc1', zeros(78), box('avcC', Uint8Array.from(AVCC.with(9, 77))))
    const samples = [picture(0, 0, true)]
    const bodies = [PICTURES.sampleEntry, other].map((sampleEntry) => {
      const bytes = composed(PICTURES, [[0, 0, 0, 1, 0x65]], { samples, sampleEntry })
      return [...(demux(bytes).packets[0]?.body ?? [])]
    })
    const start = [0, 0, 0, 1]
    const expected = (parameter: number) => [
      ...[...start, 0x09, 0xf0, ...start, 0x67, parameter],
      ...[...start, 0x68, 2, ...start, 0x65],
    ]
    expect(bodies).toEqual([expected(1), expected(77)])
  })

  it.each(['Opus', 'fLaC', 'av01', 'vp09', 'dtsc', 'text'])('refuses %s', (codec) => {
    const other = track('audio', box(codec, u16(0, 0, 0, 1), zeros(20)))
    expect(() => composed(other, [[1]])).toThrow(expect.objectContaining({ code: 'unsupported' }))
  })
})

function track(kind: 'video' | 'audio', sampleEntry: Uint8Array): ContainerTrack {
  return { id: 1, kind, timescale: 1000, sampleEntry }
}

function picture(dts: number, pts: number, sync: boolean): Sample {
  return { dts, pts, duration: 40, size: 5, sync }
}

interface Composition {
  readonly samples?: readonly Sample[]
  readonly segment?: number
  readonly ordinal?: number
  readonly skipped?: number
  readonly offsetTicks?: number
  readonly sampleEntry?: Uint8Array
}

/** Frames of 20 ms, or the samples given, at media time 10 s. */
function composed(
  of: ContainerTrack,
  frames: readonly (readonly number[])[],
  composition: Composition = {},
): Uint8Array {
  const { segment = 0, ordinal = 0, skipped = 0, sampleEntry = of.sampleEntry } = composition
  const sounds = frames.map(({ length }, at) => ({
    dts: at * 20,
    pts: at * 20,
    duration: 20,
    size: length,
    sync: true,
  }))
  const payload = frames.map((frame) => Uint8Array.from(frame))
  const samples = composition.samples ?? sounds
  const place = { segment, ordinal, skipped, offsetTicks: composition.offsetTicks ?? 10_000 }
  return concat(tsFormat.fragment(of, { samples, payload, sampleEntry, ...place }))
}
