import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inPlayOrder } from './play-order.ts'
import type { SegmentPiece } from './segment-piece.ts'

const RANKS = new Map([
  [7, 0],
  [3, 1],
  [5, 2],
])

describe('inPlayOrder', () => {
  it('sends init segments, then each index with the video first', async () => {
    const arriving = [init(3), piece(3, 0), piece(3, 1), init(7), piece(7, 0), init(5), piece(5, 0), piece(7, 1)]
    const told = await Array.fromAsync(inPlayOrder(stream(arriving), { trackRank: RANKS, maxHeldBytes: 1e9 }))
    expect(told.map(name)).toEqual(['7:init', '3:init', '5:init', '7:0', '3:0', '5:0', '7:1', '3:1'])
  })

  it('sends a piece at once when nothing earlier can come', async () => {
    const sent = { count: 0 }
    const ordered = inPlayOrder(counted([piece(7, 0), piece(3, 0), piece(5, 0), piece(7, 1)], sent), {
      trackRank: RANKS,
      maxHeldBytes: 1e9,
    })
    const iterator = ordered[Symbol.asyncIterator]()
    for (const first of ['7:0', '3:0', '5:0']) expect(name((await iterator.next()).value)).toBe(first)
    expect(sent.count).toBe(3)
  })

  it('holds audio back until the last piece of the video segment before it', async () => {
    const arriving = [piece(3, 0), piece(7, 0, { ends: false }), piece(7, 0, { ends: false }), piece(7, 0), piece(5, 0)]
    const told = await Array.fromAsync(inPlayOrder(stream(arriving), { trackRank: RANKS, maxHeldBytes: 1e9 }))
    expect(told.map(name)).toEqual(['7:0', '7:0', '7:0', '3:0', '5:0'])
  })

  it('lets the earliest piece go when a track pauses and the bound is reached', async () => {
    const arriving = [piece(7, 0, { bytes: 4 }), piece(7, 1, { bytes: 4 }), piece(7, 2, { bytes: 4 }), piece(3, 0)]
    const sent = { count: 0 }
    const iterator = inPlayOrder(counted(arriving, sent), { trackRank: RANKS, maxHeldBytes: 8 })[Symbol.asyncIterator]()
    expect(name((await iterator.next()).value)).toBe('7:0')
    expect(sent.count).toBe(3)
  })

  it('fails on a track without rank instead of losing its pieces', async () => {
    const ordered = inPlayOrder(stream([piece(1, 0)]), { trackRank: RANKS, maxHeldBytes: 1 })
    await expect(Array.fromAsync(ordered)).rejects.toThrow('track 1 has no rank')
  })

  it('sends every piece once, keeps the order of each track, never holds more than the bound', async () => {
    await fc.assert(
      fc.asyncProperty(arrivals, fc.nat(60), async (arriving, maxHeldBytes) => {
        const sent = { count: 0 }
        const told: SegmentPiece[] = []
        let toldBytes = 0
        for await (const one of inPlayOrder(counted(arriving, sent), { trackRank: RANKS, maxHeldBytes })) {
          told.push(one)
          toldBytes += one.byteLength
          const lastArrived = arriving[sent.count - 1]?.byteLength ?? 0
          expect(bytesOf(arriving.slice(0, sent.count)) - toldBytes).toBeLessThanOrEqual(maxHeldBytes + lastArrived)
        }
        expect(new Set(told)).toEqual(new Set(arriving))
        expect(told).toHaveLength(arriving.length)
        for (const trackId of RANKS.keys()) expect(of(told, trackId)).toEqual(of(arriving, trackId))
      }),
    )
  })

  it('sends everything in play order when the bound permits', async () => {
    await fc.assert(
      fc.asyncProperty(arrivals, async (arriving) => {
        const told = await Array.fromAsync(inPlayOrder(stream(arriving), { trackRank: RANKS, maxHeldBytes: 1e9 }))
        const sorted = arriving.toSorted((one, other) => step(one) - step(other) || rank(one) - rank(other))
        expect(told.map(name)).toEqual(sorted.map(name))
      }),
    )
  })
})

/** Pieces of one track: some begin with an init segment, some indexes are missing, some segments have several pieces. */
function piecesOf(trackId: number): fc.Arbitrary<SegmentPiece[]> {
  const segment = fc.record({ skip: fc.nat(2), parts: fc.integer({ min: 1, max: 3 }), bytes: fc.nat(20) })
  return fc.tuple(fc.boolean(), fc.nat(3), fc.array(segment, { maxLength: 8 })).map(([begins, first, segments]) => {
    let index = begins ? 0 : first
    const pieces = segments.flatMap(({ skip, parts, bytes }) => {
      index += skip
      const own = Array.from({ length: parts }, (_, at) => piece(trackId, index, { bytes, ends: at === parts - 1 }))
      index++
      return own
    })
    return begins ? [init(trackId), ...pieces] : pieces
  })
}

/** The pieces of all tracks, interleaved at random. */
const arrivals = fc
  .tuple(piecesOf(7), piecesOf(3), piecesOf(5), fc.array(fc.nat(2), { maxLength: 60 }))
  .map(([one, two, three, turns]) => {
    const lines = [[...one], [...two], [...three]]
    const drawn = turns.flatMap((turn) => lines[turn]?.shift() ?? [])
    return [...drawn, ...lines.flat()]
  })

function piece(trackId: number, index: number, { bytes = 1, ends = true } = {}): SegmentPiece {
  const span = { startSec: index, durationSec: 1 }
  return { trackId, index, bytes: [], byteLength: bytes, ...(ends && { ends: span }) }
}

function init(trackId: number): SegmentPiece {
  return { trackId, index: 'init', bytes: [], byteLength: 1 }
}

async function* stream<T>(items: readonly T[]) {
  yield* items
}

async function* counted<T>(items: readonly T[], sent: { count: number }) {
  for (const item of items) {
    sent.count++
    yield item
  }
}

function name({ trackId, index }: SegmentPiece): string {
  return `${trackId}:${index}`
}

function step({ index }: SegmentPiece): number {
  return index === 'init' ? -1 : index
}

function rank({ trackId }: SegmentPiece): number {
  return RANKS.get(trackId) ?? Number.NaN
}

function of(pieces: readonly SegmentPiece[], trackId: number): SegmentPiece[] {
  return pieces.filter((one) => one.trackId === trackId)
}

function bytesOf(pieces: readonly SegmentPiece[]): number {
  return pieces.reduce((sum, one) => sum + one.byteLength, 0)
}
