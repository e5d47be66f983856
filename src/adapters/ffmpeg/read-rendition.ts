import { CodingChangedError, ToolFailedError } from '#domain/errors.ts'
import type { ContainerTrack, SampleBatch } from '#lib/containers/sample.ts'
import type { CodedBatch } from '#lib/containers/segmenter/track-segmenter.ts'
import { JoinedTrack } from './joined-track.ts'
import type { Pace } from './pace.ts'
import type { RecordingContext, RenditionWork } from './recording-context.ts'
import { type Stretch, stretchesOf } from './recording-stretches.ts'
import type { PipePart } from './parts-of-pipe.ts'
import { runStretch } from './run-stretch.ts'
import { tagOf } from './stretch-bytes.ts'
import { type PeriodPlace, type Timeline, wrapShift } from './timeline.ts'

/** What comes of one track of the plan, in presentation time. */
export type JoinedPart =
  | { readonly kind: 'track'; readonly position: number; readonly track: ContainerTrack }
  | { readonly kind: 'batch'; readonly position: number; readonly batch: CodedBatch }

export interface ReadingTogether {
  readonly timeline: Timeline
  readonly pace: Pace
  /** Whether a track may go on with other parameters than it began with. */
  readonly codingMayChange: boolean
  readonly signal: AbortSignal
}

/** Reads one rendition to its end, stretch by stretch. */
export class RenditionReader {
  readonly #context: RecordingContext
  readonly #work: RenditionWork
  readonly #together: ReadingTogether
  readonly #joined = new Map<number, JoinedTrack>()

  constructor(context: RecordingContext, work: RenditionWork, together: ReadingTogether) {
    this.#context = context
    this.#work = work
    this.#together = together
  }

  async *parts(): AsyncGenerator<JoinedPart> {
    const { pace, timeline, signal } = this.#together
    const { isMain } = this.#work
    try {
      const options = { signal, endAtGaps: this.#isPacked }
      for await (const stretch of stretchesOf(this.#context.recording, this.#id, options)) {
        if (!isMain) pace.leave(this.#id)
        const place = isMain ? timeline.known(stretch.period) : await timeline.place(stretch.period)
        if (!isMain && place === null) continue
        if (place !== null) pace.enter(this.#id, place.firstSec + place.offsetSec)
        yield* this.#read(stretch, place)
      }
    } finally {
      pace.leave(this.#id)
      if (isMain) timeline.end()
    }
  }

  get #id(): string {
    return this.#work.probed.rendition.id
  }

  get #isPacked(): boolean {
    return ['aac', 'mp3'].includes(this.#work.probed.media.file.family)
  }

  async *#read(stretch: Stretch, known: PeriodPlace | null): AsyncGenerator<JoinedPart> {
    const tagSec = this.#isPacked ? await this.#tagSec(stretch) : 0
    const reading = new StretchReading(this.#work, stretch, tagSec, known)
    const run = { stretch, work: this.#work, isFirst: this.#joined.size === 0 }
    for await (const part of runStretch(this.#context, run, this.#together.signal)) {
      for (const one of reading.add(part)) yield* this.#place(one, reading)
    }
    for (const one of reading.end()) yield* this.#place(one, reading)
  }

  /** Without a tag the sound is taken to begin with its period. */
  async #tagSec({ first, period }: Stretch): Promise<number> {
    const path = this.#context.recording.filePath(first.file ?? '')
    return (await tagOf(path)).startSec ?? this.#together.timeline.known(period)?.firstSec ?? 0
  }

  async *#place({ position, source, batch }: SourceBatch, reading: StretchReading): AsyncGenerator<JoinedPart> {
    const place = reading.place ?? this.#openPeriod(source, batch, reading)
    let joined = this.#joined.get(position)
    if (joined === undefined) {
      joined = new JoinedTrack({ ...source, id: position })
      this.#joined.set(position, joined)
      yield { kind: 'track', position, track: joined.track }
    }
    if (reading.isNew(position)) this.#begin(joined, source, place.offsetSec + reading.shiftOf(source, batch, place))
    const [first] = batch.samples
    if (first !== undefined) await this.#together.pace.reach(this.#id, joined.secOf(first))
    const moved = joined.add(batch)
    if (moved !== null) yield { kind: 'batch', position, batch: moved }
  }

  #begin(joined: JoinedTrack, source: ContainerTrack, shiftSec: number): void {
    if (joined.begin(source, shiftSec) || this.#together.codingMayChange) return
    throw new CodingChangedError(`The ${source.kind} of the stream changes on the way.`, {
      why: `Near ${Math.max(0, joined.endSec).toFixed(1)} s it goes on with another codec, size or setting.`,
      fix: 'Download it as a file, and encode that to one form.',
    })
  }

  /** A new period follows the picture that is there; what is known to be missing between them keeps its time. */
  #openPeriod(source: ContainerTrack, { samples: [first] }: SampleBatch, reading: StretchReading): PeriodPlace {
    const reference = this.#joined.get(reading.reference)
    const firstSec = (first?.pts ?? 0) / source.timescale + reading.tagSec
    const startSec = reference === undefined ? 0 : reference.endSec + reading.stretch.gapBeforeSec
    const place = { firstSec, offsetSec: startSec - firstSec }
    this.#together.timeline.open(reading.stretch.period, place)
    reading.place = place
    return place
  }
}

interface SourceBatch {
  readonly position: number
  readonly source: ContainerTrack
  readonly batch: SampleBatch
}

/** One stretch: holds back what comes before the place of its period is known. */
class StretchReading {
  readonly stretch: Stretch
  readonly tagSec: number
  /** Position of the track by which periods are placed. */
  readonly reference: number
  place: PeriodPlace | null
  readonly #is33Bits: boolean
  readonly #sources = new Map<number, ContainerTrack>()
  readonly #begun = new Set<number>()
  #held: SourceBatch[] = []

  constructor({ tracks, probed }: RenditionWork, stretch: Stretch, tagSec: number, place: PeriodPlace | null) {
    this.stretch = stretch
    this.tagSec = tagSec
    this.place = place
    this.reference = (tracks.find(({ plan }) => plan.kind === 'video') ?? tracks[0])?.position ?? 0
    this.#is33Bits = probed.media.file.family !== 'mov'
  }

  /** What can be placed now; the first of it places the period where that is still to be done. */
  add({ position, part }: PipePart): SourceBatch[] {
    if (part.kind === 'init') {
      const [source] = part.tracks
      if (source !== undefined) this.#sources.set(position, source)
      return []
    }
    const source = this.#sources.get(position)
    if (source === undefined)
      throw new ToolFailedError('Reading the stream failed.', { why: 'Samples without a track.' })
    const batch = { position, source, batch: part.batch }
    if (this.place !== null) return [batch]
    if (position !== this.reference) {
      this.#held.push(batch)
      return []
    }
    return [batch, ...this.end()]
  }

  end(): SourceBatch[] {
    const held = this.#held
    this.#held = []
    return held
  }

  isNew(position: number): boolean {
    if (this.#begun.has(position)) return false
    this.#begun.add(position)
    return true
  }

  /** Runs may disagree on how often 33 bits have gone round. */
  shiftOf({ timescale }: ContainerTrack, { samples: [first] }: SampleBatch, place: PeriodPlace): number {
    const firstSec = (first?.pts ?? 0) / timescale + this.tagSec
    return this.tagSec + (this.#is33Bits ? wrapShift(firstSec, place.firstSec) : 0)
  }
}
