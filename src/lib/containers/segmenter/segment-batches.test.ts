import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ContainerTrack, Sample, SampleBatch } from '../sample.ts'
import { type SegmentOptions, segmentBatches } from './segment-batches.test-support.ts'
import type { Fragment, SegmentFormat } from './segment-format.ts'
import type { SegmentPiece } from './segment-piece.ts'

const VIDEO = track(1, 'video', 1000)
const AUDIO = track(2, 'audio', 1000)

describe('segmentBatches', () => {
  it('begins video segments at key frames and audio segments at samples on or behind the border', async () => {
    const video = samplesAt([0, 500, 1000, 1500, 2000, 2500], { sync: [0, 1000, 2000], last: 500 })
    const audio = samplesAt([0, 400, 800, 1200, 1600, 2000, 2400], { last: 400 })
    const pieces = await segmented([batch(1, video), batch(2, audio)], { borders: [0, 1, 2] })
    expect(spans(pieces, 1)).toEqual([
      [0, 0, 1],
      [1, 1, 1],
      [2, 2, 1],
    ])
    expect(spans(pieces, 2)).toEqual([
      [0, 0, 1.2],
      [1, 1.2, 0.8],
      [2, 2, 0.8],
    ])
  })

  it('forgives a border that is up to a millisecond behind its key frame', async () => {
    const video = samplesAt([0, 1000, 2000], { sync: [0, 1000, 2000] })
    expect(spans(await segmented([batch(1, video)], { borders: [0, 1.001, 2.0011] }), 1)).toEqual([
      [0, 0, 1],
      [1, 1, 2],
    ])
  })

  it('lets a segment grow over a border without key frame, and later segments keep their index', async () => {
    const video = samplesAt([0, 1000, 2000, 3000], { sync: [0, 3000] })
    expect(spans(await segmented([batch(1, video)], { borders: [0, 1, 2, 3] }), 1)).toEqual([
      [0, 0, 3],
      [3, 3, 1],
    ])
  })

  it('tells the format how many indexes have no segment, after a restart too', async () => {
    const fragments: Fragment[] = []
    const video = samplesAt([0, 3000], { sync: [0, 3000] })
    const options = { borders: [0, 1, 2, 3], format: recording(fragments) }
    await segmented([batch(1, video)], options)
    await segmented([batch(1, video)], { ...options, from: new Map([[1, 1]]) })
    expect(fragments.map((one) => [one.segment, one.skipped])).toEqual([
      [0, 0],
      [3, 2],
      [3, 2],
    ])
  })

  it('puts what comes before the first border into segment 0, and a late track where it begins', async () => {
    const early = await segmented([batch(2, samplesAt([-30, 0, 900, 1000]))], { borders: [0, 1] })
    expect(spans(early, 2)).toEqual([
      [0, -0.03, 1.03],
      [1, 1, 1],
    ])
    const late = samplesAt([2500, 3000], { sync: [2500] })
    expect(spans(await segmented([batch(1, late)], { borders: [0, 1, 2, 4] }), 1)).toEqual([[2, 2.5, 1.5]])
  })

  it('counts from presentation zero and says how far media time is from container time', async () => {
    const fragments: Fragment[] = []
    const pieces = await segmented([batch(1, samplesAt([5000, 6000], { sync: [5000] }))], {
      borders: [5],
      originSec: 5,
      format: recording(fragments),
    })
    expect(spans(pieces, 1)).toEqual([[0, 0, 2]])
    expect(fragments[0]?.offsetTicks).toBe(5000)
  })

  it('lets the last sample of a fragment last until the next one is decoded, whatever it says itself', async () => {
    const fragments: Fragment[] = []
    const video = samplesAt([0, 40, 90], { sync: [0, 90] }).map((sample) => ({ ...sample, duration: 33 }))
    await segmented([batch(1, video)], { borders: [0, 0.09], format: recording(fragments) })
    expect(fragments.map((one) => one.samples.map((sample) => sample.duration))).toEqual([[33, 50], [33]])
  })

  it('fills fragments as far as they may be filled', async () => {
    const fragments: Fragment[] = []
    const audio = samplesAt([0, 1, 2, 3, 4, 5, 6])
    await segmented([batch(2, audio)], { borders: [0], fragmentBytes: 3, format: recording(fragments) })
    expect(fragments.map((one) => one.samples.length)).toEqual([3, 3, 1])
  })

  it('sends init segments of all tracks first, none for a track that goes on', async () => {
    const format = { ...payloadOnly, init: (one: ContainerTrack) => Uint8Array.of(one.id) }
    const pieces = await segmented([], { borders: [0], format, from: new Map([[1, 4]]) })
    expect(pieces).toEqual([{ trackId: 2, index: 'init', bytes: [Uint8Array.of(2)], byteLength: 1 }])
  })

  it('begins a new fragment where the coding parameters change, and knows those of the track again', async () => {
    const fragments: Fragment[] = []
    const [first, second, third, fourth] = samplesAt([0, 1, 2, 3], { sync: [0, 1, 2, 3] }).map((one) => batch(1, [one]))
    const other = Uint8Array.of(7)
    const batches = [first, { ...second, sampleEntry: other }, { ...third, sampleEntry: other.slice() }, fourth]
    await segmented(batches as SampleBatch[], { borders: [0], format: recording(fragments) })
    expect(fragments.map((one) => [one.ordinal, one.samples.length, one.sampleEntry])).toEqual([
      [0, 1, VIDEO.sampleEntry],
      [1, 2, other],
      [2, 1, VIDEO.sampleEntry],
    ])
  })

  it('refuses samples without their bytes', async () => {
    const short = { ...batch(1, samplesAt([0])), payload: [] }
    await expect(segmented([short], { borders: [0] })).rejects.toMatchObject({ code: 'truncated' })
  })

  it('passes over batches of tracks that nobody named', async () => {
    expect(await segmented([batch(9, samplesAt([0]))], { borders: [0] })).toEqual([])
  })

  it('writes every byte once and in order, in segments that follow each other without gap, however batches are sliced', async () => {
    await fc.assert(
      fc.asyncProperty(films, sliceSizes, sliceSizes, async ({ video, audio, borders, fragmentBytes }, one, other) => {
        const options = { borders, fragmentBytes }
        const pieces = await segmented([...sliced(1, video, one), ...sliced(2, audio, one)], options)
        for (const [id, samples] of [[1, video] as const, [2, audio] as const]) {
          expectWhole(pieces, id, samples)
          expectInOrder(pieces, id)
        }
        for (const piece of pieces)
          expect(piece.byteLength <= fragmentBytes || piece.byteLength <= MAX_SAMPLE).toBe(true)
        const again = await segmented([...sliced(1, video, other), ...sliced(2, audio, other)], options)
        expect(again.map(flat)).toEqual(pieces.map(flat))
      }),
    )
  })

  it('goes on at any segment with the bytes that it would have written without stopping', async () => {
    await fc.assert(
      fc.asyncProperty(films, fc.nat(8), fc.nat(8), async ({ video, audio, borders }, videoFrom, audioFrom) => {
        const batches = [batch(1, video), batch(2, audio)]
        const whole = await segmented(batches, { borders })
        const from = new Map([
          [1, videoFrom],
          [2, audioFrom],
        ])
        const rest = await segmented(batches, { borders, from })
        const expected = whole.filter((piece) => Number(piece.index) >= (from.get(piece.trackId) ?? 0))
        expect(rest.map(flat)).toEqual(expected.map(flat))
      }),
    )
  })
})

const MAX_SAMPLE = 9
const sliceSizes = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 })

const films = fc.record({
  video: fc
    .array(fc.record({ step: fc.integer({ min: 1, max: 300 }), size: sizes(), sync: fc.boolean() }), { maxLength: 40 })
    .map((frames) => frames.map((frame, at) => ({ ...frame, sync: at === 0 || frame.sync })))
    .map(spread),
  audio: fc.array(fc.record({ step: fc.integer({ min: 20, max: 30 }), size: sizes() }), { maxLength: 80 }).map(spread),
  borders: fc
    .uniqueArray(fc.integer({ min: 1, max: 5000 }), { maxLength: 8 })
    .map((times) => [0, ...times.toSorted((one, other) => one - other)].map((time) => time / 1000)),
  fragmentBytes: fc.integer({ min: 5, max: 60 }),
})

function sizes() {
  return fc.integer({ min: 0, max: MAX_SAMPLE })
}

function spread(frames: readonly { step: number; size: number; sync?: boolean }[]): Sample[] {
  let dts = 0
  return frames.map(({ step, size, sync = true }) => {
    const sample = { dts, pts: dts, duration: step, size, sync }
    dts += step
    return sample
  })
}

/** Samples of one byte; each lasts until the next, the last for `last` ticks. */
function samplesAt(
  times: readonly number[],
  { sync = times, last = 1000 }: { sync?: readonly number[]; last?: number } = {},
): Sample[] {
  return times.map((time, at) => ({
    dts: time,
    pts: time,
    duration: (times[at + 1] ?? time + last) - time,
    size: 1,
    sync: sync.includes(time),
  }))
}

function batch(trackId: number, samples: readonly Sample[]): SampleBatch {
  return { trackId, samples, payload: [payloadOf(samples)] }
}

/** Bytes of others between the pieces of a payload, as in a file in which tracks alternate. */
const GAP_BYTES = 3

/** The samples in batches of these sizes, their bytes in pieces of other sizes. */
function sliced(trackId: number, samples: readonly Sample[], lengths: readonly number[]): SampleBatch[] {
  const batches: SampleBatch[] = []
  const bytes = payloadOf(samples)
  for (let at = 0, offset = 0, turn = 0; at < samples.length; turn++) {
    const length = lengths[turn % lengths.length] ?? 1
    const own = samples.slice(at, at + length)
    const total = own.reduce((sum, sample) => sum + sample.size, 0)
    const middle = Math.floor(total / (length + 1))
    const memory = new Uint8Array(total + GAP_BYTES)
    memory.set(bytes.subarray(offset, offset + middle))
    memory.set(bytes.subarray(offset + middle, offset + total), middle + GAP_BYTES)
    const payload = [memory.subarray(0, middle), memory.subarray(middle + GAP_BYTES)]
    batches.push({ trackId, samples: own, payload })
    at += length
    offset += total
  }
  return batches
}

function payloadOf(samples: readonly Sample[]): Uint8Array {
  const length = samples.reduce((sum, sample) => sum + sample.size, 0)
  return Uint8Array.from({ length }, (_, at) => at % 251)
}

function track(id: number, kind: 'video' | 'audio', timescale: number): ContainerTrack {
  return { id, kind, timescale, sampleEntry: Uint8Array.of(id) }
}

/** The least possible format: a fragment is its payload. */
const payloadOnly: SegmentFormat = { init: () => null, fragment: (_, { payload }) => payload }

function recording(fragments: Fragment[]): SegmentFormat {
  return {
    init: () => null,
    fragment(_, fragment) {
      fragments.push(fragment)
      return fragment.payload
    },
  }
}

function segmented(
  batches: readonly SampleBatch[],
  options: Partial<SegmentOptions> & Pick<SegmentOptions, 'borders'>,
): Promise<SegmentPiece[]> {
  const defaults = { tracks: [VIDEO, AUDIO], originSec: 0, mediaOriginSec: 10, format: payloadOnly }
  return Array.fromAsync(segmentBatches(stream(batches), { ...defaults, ...options }))
}

async function* stream<T>(items: readonly T[]) {
  yield* items
}

function spans(pieces: readonly SegmentPiece[], trackId: number) {
  return pieces.flatMap(({ trackId: id, index, ends }) =>
    id === trackId && ends ? [[index, rounded(ends.startSec), rounded(ends.durationSec)]] : [],
  )
}

function rounded(sec: number): number {
  return Math.round(sec * 1e6) / 1e6
}

function expectWhole(pieces: readonly SegmentPiece[], trackId: number, samples: readonly Sample[]): void {
  const own = pieces.filter((piece) => piece.trackId === trackId)
  expect(own.flatMap((piece) => flat(piece).bytes)).toEqual([...payloadOf(samples)])
}

function expectInOrder(pieces: readonly SegmentPiece[], trackId: number): void {
  const own = pieces.filter((piece) => piece.trackId === trackId)
  for (const [at, piece] of own.entries()) {
    const next = own[at + 1]
    if (next === undefined) expect(piece.ends).toBeDefined()
    else expect(Number(next.index) - Number(piece.index) > 0).toBe(piece.ends !== undefined)
  }
  const told = own.flatMap(({ ends }) => ends ?? [])
  for (const [at, { startSec, durationSec }] of told.entries()) {
    const next = told[at + 1]
    if (next) expect(startSec + durationSec).toBeCloseTo(next.startSec, 9)
  }
}

function flat({ bytes, ...rest }: SegmentPiece) {
  return { ...rest, bytes: bytes.flatMap((piece) => [...piece]) }
}
