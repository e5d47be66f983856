import type { ContainerTrack, Sample, SampleBatch } from '../sample.ts'
import { DecodeTimeLift } from './decode-time-lift.ts'
import { PayloadCursor } from './payload-cursor.ts'
import { avcLengthBytes, isInstantStart } from './instant-start.ts'
import type { SegmentFormat } from './segment-format.ts'
import type { SegmentPiece, SegmentSpan } from './segment-piece.ts'

/** A batch that may say that its samples were coded with other parameters than the track: a piece encoded anew. */
export interface CodedBatch extends SampleBatch {
  /** Of the same kind and timescale as the track's own. */
  readonly sampleEntry?: Uint8Array
}

export interface TrackCut {
  /** Container times at which segments begin, ascending. May grow while samples come: always before the first that lies behind. */
  readonly borders: readonly number[]
  /** Container time of presentation zero. */
  readonly originSec: number
  /** Media time of presentation zero. */
  readonly mediaOriginSec: number
  readonly format: SegmentFormat
  /** A segment with more bytes than this is written as several fragments. */
  readonly fragmentBytes: number
  /** Segments before this one are passed over. */
  readonly from: number
}

/** Key frames found by an index may be told in milliseconds. */
const VIDEO_TOLERANCE_SEC = 0.001
const AUDIO_TOLERANCE_TICKS = 0.5

/**
 * Cuts the samples of one track at the planned borders. Holds the open fragment: its samples, and views of its bytes.
 * Everything that is written follows from the samples and the plan alone, not from how batches were sliced.
 */
export class TrackSegmenter {
  readonly #track: ContainerTrack
  readonly #cut: TrackCut
  readonly #toleranceTicks: number
  readonly #offsetTicks: number
  readonly #lift: DecodeTimeLift | undefined
  /** Null where samples are no H.264. */
  readonly #avcLengthBytes: number | null
  #sampleEntry: Uint8Array
  /** Of the open segment; -1 before the first. */
  #index = -1
  #skipped = 0
  #ordinal = 0
  #firstPts = 0
  #endPts = 0
  #samples: Sample[] = []
  #payload: Uint8Array[] = []
  #heldBytes = 0

  constructor(track: ContainerTrack, cut: TrackCut) {
    this.#toleranceTicks = track.kind === 'video' ? VIDEO_TOLERANCE_SEC * track.timescale : AUDIO_TOLERANCE_TICKS
    this.#track = track
    this.#cut = cut
    this.#offsetTicks = Math.round((cut.mediaOriginSec - cut.originSec) * track.timescale)
    this.#lift = track.kind === 'video' && cut.from === 0 ? new DecodeTimeLift(track.timescale) : undefined
    this.#avcLengthBytes = track.kind === 'video' ? avcLengthBytes(track.sampleEntry) : null
    this.#sampleEntry = track.sampleEntry
  }

  /** The init segment, unless cutting goes on behind segments that exist already. */
  *begin(): Iterable<SegmentPiece> {
    const bytes = this.#cut.from > 0 ? null : this.#cut.format.init(this.#track)
    if (bytes === null) return
    yield { trackId: this.#track.id, index: 'init', bytes: [bytes], byteLength: bytes.byteLength }
  }

  *add(batch: CodedBatch): Iterable<SegmentPiece> {
    const cursor = new PayloadCursor(batch.payload)
    const entry = this.#entryOf(batch)
    for (const original of batch.samples) {
      const sample = this.#lift?.lifted(original) ?? original
      const index = this.#indexOf(sample)
      const bytes = cursor.take(sample.size)
      if (index < this.#cut.from) continue
      if (index !== this.#index) {
        yield* this.#close(sample, this.#spanUntil(sample.pts))
        this.#open(index, sample)
      } else if (entry !== this.#sampleEntry || this.#heldBytes + sample.size > this.#cut.fragmentBytes) {
        yield* this.#close(sample)
      }
      this.#sampleEntry = entry
      this.#hold(this.#beginsSegment() ? sample : this.#withoutFalseStart(sample, bytes), bytes)
    }
  }

  *end(): Iterable<SegmentPiece> {
    yield* this.#close(undefined, this.#spanUntil(this.#endPts))
  }

  #entryOf({ sampleEntry: entry }: CodedBatch): Uint8Array {
    const known = [this.#track.sampleEntry, this.#sampleEntry]
    return entry === undefined ? this.#track.sampleEntry : (known.find((one) => sameBytes(one, entry)) ?? entry)
  }

  /** The segment to which a sample belongs, or one before `from` when it is to be passed over. */
  #indexOf(sample: Sample): number {
    const canBegin = this.#track.kind !== 'video' || sample.sync || (this.#index < 0 && this.#cut.from === 0)
    if (!canBegin) return this.#index
    // A border without a sample at which a segment can begin has no segment: its number is not given to another.
    let index = Math.max(this.#index, 0)
    while (sample.pts >= this.#earliestPts(index + 1)) index++
    return index
  }

  /** The least pts with which a segment can begin. */
  #earliestPts(index: number): number {
    const sec = this.#cut.borders[index]
    return sec === undefined ? Number.POSITIVE_INFINITY : sec * this.#track.timescale - this.#toleranceTicks
  }

  #open(index: number, first: Sample): void {
    this.#skipped = index - 1 - Math.max(this.#index, this.#cut.from - 1)
    this.#index = index
    this.#ordinal = 0
    this.#firstPts = first.pts
    this.#endPts = first.pts
  }

  #beginsSegment(): boolean {
    return this.#ordinal === 0 && this.#samples.length === 0
  }

  /** Inside a segment of H.264 only an IDR is a place to begin. */
  #withoutFalseStart(sample: Sample, bytes: readonly Uint8Array[]): Sample {
    const isCopied = this.#avcLengthBytes !== null && this.#sampleEntry === this.#track.sampleEntry
    if (!isCopied || isInstantStart(bytes, this.#avcLengthBytes ?? 0)) return sample
    return sample.sync ? { ...sample, sync: false } : sample
  }

  #hold(sample: Sample, bytes: readonly Uint8Array[]): void {
    this.#samples.push(sample)
    for (const piece of bytes) appendPiece(this.#payload, piece)
    this.#heldBytes += sample.size
    this.#endPts = Math.max(this.#endPts, sample.pts + sample.duration)
  }

  #spanUntil(endPts: number): SegmentSpan {
    const { timescale } = this.#track
    return {
      startSec: this.#firstPts / timescale - this.#cut.originSec,
      durationSec: (endPts - this.#firstPts) / timescale,
    }
  }

  /** The open fragment becomes a piece. */
  *#close(next?: Sample, ends?: SegmentSpan): Iterable<SegmentPiece> {
    if (this.#samples.length === 0) return
    const samples = withoutOpenStarts(joinedTo(next, this.#samples))
    const [payload, offsetTicks, sampleEntry] = [this.#payload, this.#offsetTicks, this.#sampleEntry]
    const place = { segment: this.#index, ordinal: this.#ordinal++, skipped: this.#skipped }
    this.#samples = []
    this.#payload = []
    this.#heldBytes = 0
    const bytes = this.#cut.format.fragment(this.#track, { samples, payload, offsetTicks, sampleEntry, ...place })
    const byteLength = bytes.reduce((sum, piece) => sum + piece.byteLength, 0)
    yield { trackId: this.#track.id, index: place.segment, bytes, byteLength, ...(ends && { ends }) }
  }
}

/** Views of neighbouring bytes become one, so that a fragment is written in few pieces. */
function appendPiece(pieces: Uint8Array[], next: Uint8Array): void {
  const last = pieces.at(-1)
  if (last?.buffer === next.buffer && last.byteOffset + last.byteLength === next.byteOffset) {
    pieces[pieces.length - 1] = new Uint8Array(next.buffer, last.byteOffset, last.byteLength + next.byteLength)
  } else {
    pieces.push(next)
  }
}

/** The last sample lasts until the next one is decoded, so that decode times run on over fragments. */
function joinedTo(next: Sample | undefined, samples: Sample[]): Sample[] {
  const last = samples.at(-1)
  if (next !== undefined && last !== undefined) samples[samples.length - 1] = { ...last, duration: next.dts - last.dts }
  return samples
}

/**
 * Inside a fragment the key frame of an open group is no sync sample (ISO/IEC 14496-12 §3.1.8 of the sync sample: all that
 * follow in decoding order can be decoded): a player that begins there lacks the group before.
 */
function withoutOpenStarts(samples: readonly Sample[]): readonly Sample[] {
  const isLed = samples.map(() => false)
  let key = 0
  for (const [at, { sync, pts }] of samples.entries()) {
    if (sync) key = at
    else if (pts < (samples[key]?.pts ?? pts)) isLed[key] = true
  }
  return samples.map((sample, at) => (at > 0 && isLed[at] ? { ...sample, sync: false } : sample))
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.byteLength === other.byteLength && one.every((byte, at) => byte === other[at])
}
