import { type IngestPlan, MEDIA_ORIGIN_SEC } from '#domain/ingest-plan.ts'
import type { CutEvent, RecordingCutOptions, SegmentPiece } from '#domain/media-tool.ts'
import { ahead } from '#lib/concurrency/ahead.ts'
import { ContainerError } from '#lib/containers/container-error.ts'
import { tsFormat } from '#lib/containers/mpeg-ts/ts-format.ts'
import type { ContainerTrack } from '#lib/containers/sample.ts'
import { fmp4Format } from '#lib/containers/segmenter/fmp4-format.ts'
import { PayloadCursor } from '#lib/containers/segmenter/payload-cursor.ts'
import { inPlayOrder } from '#lib/containers/segmenter/play-order.ts'
import type { SegmentPiece as TrackPiece } from '#lib/containers/segmenter/segment-piece.ts'
import { type CodedBatch, TrackSegmenter } from '#lib/containers/segmenter/track-segmenter.ts'
import { MediaDamagedError } from '#domain/errors.ts'
import { BorderDecider } from './border-decider.ts'
import type { JoinedPart } from './read-rendition.ts'
import { trackFormat } from './track-format.ts'

const FRAGMENT_BYTES = 8 * 1024 * 1024
const MAX_HELD_BYTES = 24 * 1024 * 1024
const MAX_AHEAD_BYTES = 4 * 1024 * 1024

/** Cuts tracks that are joined while they come. Borders are set by the picture, or by the first sound without one. */
export class GrowingCut {
  readonly tracks = new Map<number, ContainerTrack>()
  readonly #plan: IngestPlan
  readonly #options: RecordingCutOptions
  readonly #reference: number
  #decider: BorderDecider | undefined
  readonly #borders: number[] = [0]
  readonly #segmenters = new Map<number, TrackSegmenter>()
  /** What lies behind the last border that is decided. */
  readonly #waiting = new Map<number, CodedBatch[]>()

  constructor(plan: IngestPlan, options: RecordingCutOptions) {
    this.#plan = plan
    this.#options = options
    this.#reference = Math.max(
      0,
      plan.tracks.findIndex(({ kind }) => kind === 'video'),
    )
  }

  async *events(parts: AsyncIterable<JoinedPart>): AsyncGenerator<CutEvent> {
    const trackRank = new Map(this.#plan.tracks.map((_, position) => [position, position]))
    const moving = ahead(this.#pieces(parts), { maxWeight: MAX_AHEAD_BYTES, weightOf: ({ byteLength }) => byteLength })
    const inits: TrackPiece[] = []
    let hasFormats = false
    let told = 1
    const news = function* (this: GrowingCut): Iterable<CutEvent> {
      if (!hasFormats) yield this.#formats()
      hasFormats = true
      for (const startSec of this.#borders.slice(told)) yield { kind: 'border', startSec }
      told = this.#borders.length
      for (const init of inits.splice(0)) yield { kind: 'piece', piece: pieceOf(init) }
    }
    for await (const piece of inPlayOrder(moving, { trackRank, maxHeldBytes: MAX_HELD_BYTES })) {
      this.#options.signal.throwIfAborted()
      if (piece.index === 'init' && this.tracks.size < this.#plan.tracks.length) inits.push(piece)
      else {
        yield* news.call(this)
        yield { kind: 'piece', piece: pieceOf(piece) }
      }
    }
    yield* news.call(this)
  }

  #formats(): CutEvent {
    const formats = this.#plan.tracks.map((track, position) => trackFormat(track, this.tracks.get(position)))
    return { kind: 'formats', formats }
  }

  async *#pieces(parts: AsyncIterable<JoinedPart>): AsyncGenerator<TrackPiece> {
    try {
      for await (const part of parts) {
        if (part.kind === 'track') yield* this.#begin(part.position, part.track)
        else if (part.position === this.#reference) yield* this.#decide(this.#decider?.add(part.batch) ?? [])
        else yield* this.#wait(part.position, part.batch)
      }
    } catch (error) {
      if (!(error instanceof ContainerError)) throw error
      throw new MediaDamagedError('The stream cannot be cut any further.', { why: error.message, cause: error })
    }
    yield* this.#decide(this.#decider?.end() ?? [])
    for (const segmenter of this.#segmenters.values()) yield* segmenter.end()
  }

  *#begin(position: number, track: ContainerTrack): Iterable<TrackPiece> {
    this.tracks.set(position, track)
    if (position === this.#reference) this.#decider = new BorderDecider(track, this.#borders, this.#options)
    const segmenter = new TrackSegmenter(track, {
      borders: this.#borders,
      originSec: 0,
      mediaOriginSec: MEDIA_ORIGIN_SEC,
      format: this.#plan.packaging === 'ts' ? tsFormat : fmp4Format,
      fragmentBytes: FRAGMENT_BYTES,
      from: this.#options.from[position] ?? 0,
    })
    this.#segmenters.set(position, segmenter)
    yield* segmenter.begin()
  }

  *#decide(ready: readonly CodedBatch[]): Iterable<TrackPiece> {
    for (const batch of ready) yield* this.#segmenters.get(this.#reference)?.add(batch) ?? []
    for (const [position, waiting] of this.#waiting) {
      this.#waiting.set(position, [])
      for (const batch of waiting) yield* this.#wait(position, batch)
    }
  }

  /** Hands on what lies before the last thing that is decided; the rest waits. */
  *#wait(position: number, batch: CodedBatch): Iterable<TrackPiece> {
    const timescale = this.tracks.get(position)?.timescale ?? 1
    const decided = (this.#decider?.decidedSec ?? Number.NEGATIVE_INFINITY) * timescale
    const [now, later] = splitAt(
      batch,
      batch.samples.findIndex(({ pts }) => pts >= decided),
    )
    if (now !== null) yield* this.#segmenters.get(position)?.add(now) ?? []
    if (later !== null) this.#waiting.set(position, [...(this.#waiting.get(position) ?? []), later])
  }
}

function splitAt(batch: CodedBatch, at: number): [CodedBatch | null, CodedBatch | null] {
  if (at < 0) return [batch, null]
  if (at === 0) return [null, batch]
  const cursor = new PayloadCursor(batch.payload)
  const part = (samples: CodedBatch['samples']) => {
    return { ...batch, samples, payload: samples.flatMap(({ size }) => cursor.take(size)) }
  }
  return [part(batch.samples.slice(0, at)), part(batch.samples.slice(at))]
}

function pieceOf({ trackId: track, index, bytes, byteLength, ends }: TrackPiece): SegmentPiece {
  const span = index === 'init' ? { startSec: 0, durationSec: 0 } : ends
  return { track, index, bytes, byteLength, ...(span && { ends: { ...span, reencoded: false } }) }
}
