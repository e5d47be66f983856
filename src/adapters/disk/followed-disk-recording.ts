import { join } from 'node:path'
import type { FollowedRecording, RecordedSegment, RecordingHead } from '#domain/recording.ts'
import { JournalTail } from './journal-tail.ts'
import type { News } from './news.ts'
import { PlayOrder } from './play-order.ts'
import type { RecordingEntry } from './recording-entry.ts'
import type { RecordingFolder } from './recording-folder.ts'
import { ReleasedSegments } from './released-segments.ts'

/** A writer in this process tells at once; one elsewhere is noticed so late at most. */
const LOOK_EVERY_MS = 100

/**
 * Reads the journal while it grows. Remembers only what came out of order. There may be one follower at a time that calls
 * `release`: what it needs no more is removed.
 */
export class FollowedDiskRecording implements FollowedRecording {
  readonly path: string
  readonly #folder: RecordingFolder
  readonly #news: News
  readonly #released: ReleasedSegments

  constructor(folder: RecordingFolder, news: News) {
    this.path = folder.path
    this.#folder = folder
    this.#news = news
    this.#released = new ReleasedSegments(folder)
  }

  async head(signal: AbortSignal): Promise<RecordingHead> {
    for await (const { values } of this.#read(signal)) {
      for (const entry of values) if (entry.kind === 'head') return entry.head
    }
    throw new Error('A journal that is waited for does not end.')
  }

  async *segments(rendition: string, from: number, signal: AbortSignal): AsyncGenerator<RecordedSegment> {
    const order = new PlayOrder(rendition, from)
    for await (const { values, again, last } of this.#read(signal)) {
      if (again) order.startAgain()
      for (const entry of values) yield* order.add(entry)
      if (last && order.ended) return
    }
  }

  filePath(name: string): string {
    if (!/^[A-Za-z0-9_-]+$/.test(name)) throw new TypeError(`${JSON.stringify(name)} is no file of a recording.`)
    return join(this.#folder.media, name)
  }

  async release(rendition: string, position: number): Promise<void> {
    await this.#released.release(rendition, position)
  }

  /** Never ends by itself; `last`: there is no more for now. */
  async *#read(signal: AbortSignal) {
    await using tail = new JournalTail(this.#folder.journal)
    for (;;) {
      signal.throwIfAborted()
      const seen = this.#news.count
      for await (const { values, again } of tail.read()) {
        yield { values: values as readonly RecordingEntry[], again, last: false }
      }
      yield { values: [], again: false, last: true }
      await this.#news.wait(seen, LOOK_EVERY_MS, signal)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#released[Symbol.asyncDispose]()
  }
}
