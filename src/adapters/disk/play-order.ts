import type { RecordedSegment } from '#domain/recording.ts'
import type { RecordingEntry } from './recording-entry.ts'

/** Segments of one rendition in play order, out of lines in the order in which they came. */
export class PlayOrder {
  readonly #rendition: string
  readonly #early = new Map<number, RecordedSegment>()
  #next: number
  #complete = false

  constructor(rendition: string, from: number) {
    this.#rendition = rendition
    this.#next = from
  }

  /** Everything was given, as far as is known. */
  get ended(): boolean {
    return this.#complete && this.#early.size === 0
  }

  /** What was added comes again from the first on. */
  startAgain(): void {
    this.#early.clear()
    this.#complete = false
  }

  /** Gives what can be given now, each once. */
  *add(entry: RecordingEntry): Generator<RecordedSegment> {
    if (entry.kind === 'end') this.#complete = entry.end.state === 'complete'
    if (entry.kind === 'resume') this.#complete = false
    if (entry.kind !== 'segment' || entry.segment.rendition !== this.#rendition) return
    if (entry.segment.position >= this.#next) this.#early.set(entry.segment.position, entry.segment)
    for (let segment = this.#early.get(this.#next); segment; segment = this.#early.get(this.#next)) {
      this.#early.delete(this.#next++)
      yield segment
    }
  }
}
