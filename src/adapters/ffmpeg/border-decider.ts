import type { ContainerTrack, Sample } from '#lib/containers/sample.ts'
import { avcLengthBytes, isIdr } from '#lib/containers/segmenter/instant-start.ts'
import { PayloadCursor } from '#lib/containers/segmenter/payload-cursor.ts'
import type { CodedBatch } from '#lib/containers/segmenter/track-segmenter.ts'

interface BorderSettings {
  readonly segmentSec: number
  readonly firstSegmentSec: number
}

/** What lies between two places that any decoder can begin at is cut at others when it is longer. */
const LONGEST_PIECE_SEC = 60

/**
 * Decides where segments of a film begin whose end is not known: at the first key frame that stands alone (of H.264: an IDR)
 * once a segment is long enough. Knows of a key frame only when it has seen the picture behind it in decoding order.
 */
export class BorderDecider {
  /** No border will be set before this any more. */
  decidedSec = Number.NEGATIVE_INFINITY
  readonly #track: ContainerTrack
  /** Presentation times; the first is there, the others are added. */
  readonly #borders: number[]
  readonly #settings: BorderSettings
  readonly #avcLengthBytes: number | null
  #held: CodedBatch | null = null

  constructor(track: ContainerTrack, borders: number[], settings: BorderSettings) {
    this.#track = track
    this.#borders = borders
    this.#settings = settings
    this.#avcLengthBytes = track.kind === 'video' ? avcLengthBytes(track.sampleEntry) : null
  }

  /** The batches about which all is decided. */
  add(batch: CodedBatch): CodedBatch[] {
    const [first] = batch.samples
    if (first === undefined) return []
    const ready: CodedBatch[] = []
    if (this.#held !== null) {
      this.#decide(this.#held, first)
      ready.push(this.#held)
      this.#held = null
    }
    const { now, later } = this.#splitLast(batch)
    this.#held = later
    if (now === null) return ready
    this.#decide(now, later?.samples[0])
    return [...ready, now]
  }

  /** What was held; nothing more will come. */
  end(): CodedBatch[] {
    const held = this.#held
    this.#held = null
    if (held !== null) this.#decide(held, undefined)
    this.decidedSec = Number.POSITIVE_INFINITY
    return held === null ? [] : [held]
  }

  /** A key frame at the end waits for the picture behind it. */
  #splitLast(batch: CodedBatch): { now: CodedBatch | null; later: CodedBatch | null } {
    const last = batch.samples.at(-1)
    if (this.#track.kind !== 'video' || last === undefined || !last.sync) return { now: batch, later: null }
    const before = batch.samples.slice(0, -1)
    const cursor = new PayloadCursor(batch.payload)
    const payload = before.flatMap(({ size }) => cursor.take(size))
    const later = { ...batch, samples: [last], payload: cursor.take(last.size) }
    return { now: before.length === 0 ? null : { ...batch, samples: before, payload }, later }
  }

  #decide(batch: CodedBatch, after: Sample | undefined): void {
    const cursor = new PayloadCursor(batch.payload)
    for (const [at, sample] of batch.samples.entries()) {
      const bytes = cursor.take(sample.size)
      this.#look(sample, bytes, batch.samples[at + 1] ?? after)
    }
  }

  #look(sample: Sample, bytes: readonly Uint8Array[], next: Sample | undefined): void {
    const { timescale } = this.#track
    const sec = Math.round((sample.pts / timescale) * 1e6) / 1e6
    const wantedSec = this.#borders.length === 1 ? this.#settings.firstSegmentSec : this.#settings.segmentSec
    const lengthSec = sec - (this.#borders.at(-1) ?? 0)
    if (sample.sync && lengthSec >= wantedSec - ROUNDING_SEC) {
      const isOpen = next !== undefined && next.pts < sample.pts
      const isClosed = !isOpen && (this.#avcLengthBytes === null || isIdr(bytes, this.#avcLengthBytes))
      if (isClosed || lengthSec > LONGEST_PIECE_SEC) this.#borders.push(sec)
    }
    this.decidedSec = Math.max(this.decidedSec, sample.pts / timescale)
  }
}

/** Frame times of 23.976 and the like never hit whole seconds. */
const ROUNDING_SEC = 0.05
