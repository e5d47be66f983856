import { ToolFailedError } from '#domain/errors.ts'
import type { ContainerTrack, Sample, SampleBatch } from '#lib/containers/sample.ts'
import { PayloadCursor } from '#lib/containers/segmenter/payload-cursor.ts'
import type { SegmentPiece } from '#lib/containers/segmenter/segment-piece.ts'
import { TrackSegmenter } from '#lib/containers/segmenter/track-segmenter.ts'
import { type CutContext, trackCutOf } from './cut-context.ts'
import { encodeSegment } from './encode-segment.ts'
import { retime } from './retime.ts'

/** The samples of one track become the pieces of its segments. */
export interface SegmentMaker {
  begin(): Iterable<SegmentPiece>
  add(batch: SampleBatch): Iterable<SegmentPiece> | AsyncIterable<SegmentPiece>
  end(): Iterable<SegmentPiece> | AsyncIterable<SegmentPiece>
}

/** The maker that the plan asks for: segments that have to be encoded to fit into a blob are, all others are copied. */
export function segmentMaker(context: CutContext, position: number, track: ContainerTrack): SegmentMaker {
  const own = { ...track, id: position }
  const segmenter = new TrackSegmenter(own, trackCutOf(context, position))
  const isFitted = track.kind === 'video' && context.plan.reencode.length > 0
  return isFitted ? new FittedTrack(context, position, own, segmenter) : segmenter
}

/** As the segmenter's: key frames may be told in milliseconds. */
const TOLERANCE_SEC = 0.001

class FittedTrack implements SegmentMaker {
  readonly #context: CutContext
  readonly #position: number
  readonly #track: ContainerTrack
  readonly #segmenter: TrackSegmenter
  /** The least pts with which segment n + 1 can begin. */
  readonly #nextPts: readonly number[]
  #index = 0
  /** Samples of the segment that is to be encoded; their bytes are not needed. */
  #originals: Sample[] = []

  constructor(context: CutContext, position: number, track: ContainerTrack, segmenter: TrackSegmenter) {
    this.#context = context
    this.#position = position
    this.#track = track
    this.#segmenter = segmenter
    this.#nextPts = context.bordersSec.slice(1).map((sec) => (sec - TOLERANCE_SEC) * track.timescale)
  }

  begin(): Iterable<SegmentPiece> {
    return this.#segmenter.begin()
  }

  async *add(batch: SampleBatch): AsyncGenerator<SegmentPiece> {
    const cursor = new PayloadCursor(batch.payload)
    let samples: Sample[] = []
    let payload: Uint8Array[] = []
    for (const sample of batch.samples) {
      const bytes = cursor.take(sample.size)
      const index = this.#indexOf(sample)
      if (index !== this.#index) {
        yield* this.#segmenter.add({ ...batch, trackId: this.#position, samples, payload })
        samples = []
        payload = []
        yield* this.#encode(this.#index, sample.pts)
        this.#index = index
      }
      if (this.#budget(index) !== null) this.#originals.push(sample)
      else {
        samples.push(sample)
        payload.push(...bytes)
      }
    }
    yield* this.#segmenter.add({ ...batch, trackId: this.#position, samples, payload })
  }

  async *end(): AsyncGenerator<SegmentPiece> {
    const last = this.#originals.at(-1)
    if (last !== undefined) yield* this.#encode(this.#index, last.pts + last.duration)
    yield* this.#segmenter.end()
  }

  #indexOf({ pts, sync }: Sample): number {
    let index = this.#index
    while (sync && pts >= (this.#nextPts[index] ?? Number.POSITIVE_INFINITY)) index++
    return index
  }

  /** What the segment may weigh when it has to be encoded, else null. */
  #budget(index: number): number | null {
    if (index < (this.#context.from[this.#position] ?? 0)) return null
    return this.#context.plan.reencode.find((one) => one.index === index)?.maxBytes ?? null
  }

  async *#encode(index: number, endPts: number): AsyncGenerator<SegmentPiece> {
    const originals = this.#originals
    const maxBytes = this.#budget(index)
    if (originals.length === 0 || maxBytes === null) return
    this.#originals = []
    const { timescale } = this.#track
    const shown = originals.map(({ pts }) => pts)
    const [firstPts, lastPts] = [Math.min(...shown), Math.max(...shown)]
    const encoded = await encodeSegment(this.#context, {
      streamIndex: this.#context.plan.tracks[this.#position]?.streamIndex ?? 0,
      firstSec: firstPts / timescale,
      lastSec: lastPts / timescale,
      durationSec: (endPts - firstPts) / timescale,
      pictures: originals.length,
      maxBytes,
    })
    const samples = retime(encoded.samples, encoded.timescale, originals, timescale)
    if (samples === null) throw new ToolFailedError('A part of the film was encoded into more pictures than it has.')
    const { sampleEntry, payload } = encoded
    yield* this.#segmenter.add({ trackId: this.#position, samples, payload, sampleEntry })
  }
}
