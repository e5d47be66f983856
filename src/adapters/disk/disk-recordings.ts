import { rm, rmdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { NotFoundError } from '#domain/errors.ts'
import type { FollowedRecording, Recording, RecordingGlance, Recordings } from '#domain/recording.ts'
import { DiskRecording } from './disk-recording.ts'
import { isMissing } from './file-errors.ts'
import { FollowedDiskRecording } from './followed-disk-recording.ts'
import { JournalTail } from './journal-tail.ts'
import type { KeptRoom } from './kept-room.ts'
import { News } from './news.ts'
import { diskFault } from './disk-fault.ts'
import { openRecording } from './open-recording.ts'
import type { RecordingEntry } from './recording-entry.ts'
import { type RecordingFolder, recordingFolder } from './recording-folder.ts'

/** An id becomes a path. */
const ID = /^[A-Za-z0-9_-]{1,64}$/

/** Recordings in folders `<root>/<download>/`: `journal`, `released` and `media/`. Survives the end of the process at any byte. */
export class DiskRecordings implements Recordings {
  readonly #root: string
  readonly #room: KeptRoom | null
  readonly #news = new Map<string, WeakRef<News>>()

  /** Without `room` every byte of the disk may be taken. */
  constructor(root: string, room: KeptRoom | null = null) {
    this.#root = resolve(root)
    this.#room = room
  }

  async open(downloadId: string, options: { readonly gapsAgain?: boolean } = {}): Promise<Recording> {
    const folder = recordingFolder(this.#path(downloadId))
    try {
      return new DiskRecording(folder, await openRecording(folder, options), this.#newsOf(folder.path), this.#room)
    } catch (cause) {
      throw diskFault(cause, 'The data folder is full.')
    }
  }

  async peek(downloadId: string): Promise<RecordingGlance | null> {
    let glance: RecordingGlance | null = null
    for await (const entry of entriesOf(recordingFolder(this.#path(downloadId)))) {
      if (entry.kind === 'head') glance = { head: entry.head, hasMedia: false }
      const isMedia = entry.kind === 'segment' && entry.segment.rendition === 'main' && entry.segment.file !== null
      if (glance && isMedia) return { ...glance, hasMedia: true }
    }
    return glance
  }

  async follow(path: string): Promise<FollowedRecording> {
    const folder = recordingFolder(resolve(path))
    try {
      await stat(folder.journal)
    } catch (cause) {
      throw isMissing(cause) ? new NotFoundError('There is no such recording.', { cause }) : cause
    }
    return new FollowedDiskRecording(folder, this.#newsOf(folder.path))
  }

  /** Other files of the download, its log and its result, stay. */
  async remove(downloadId: string): Promise<void> {
    const folder = recordingFolder(this.#path(downloadId))
    // The journal last: a recording whose files are half gone would be whole by what it says.
    await rm(folder.media, { recursive: true, force: true })
    for (const path of [folder.released, `${folder.journal}.new`, folder.journal]) await rm(path, { force: true })
    await rmdir(folder.path).catch(() => {}) // Holds other files, or was never there.
    this.#newsOf(folder.path).tell()
  }

  #path(downloadId: string): string {
    if (!ID.test(downloadId)) throw new TypeError(`${JSON.stringify(downloadId)} is no id of a download.`)
    return join(this.#root, downloadId)
  }

  /** One for all who write and follow a recording in this process. */
  #newsOf(path: string): News {
    const known = this.#news.get(path)?.deref()
    if (known) return known
    for (const [each, news] of this.#news) if (!news.deref()) this.#news.delete(each)
    const news = new News()
    this.#news.set(path, new WeakRef(news))
    return news
  }
}

/** What the journal says now, if there is one. */
async function* entriesOf({ journal }: RecordingFolder): AsyncGenerator<RecordingEntry> {
  await using tail = new JournalTail(journal)
  try {
    for await (const { values } of tail.read()) yield* values as readonly RecordingEntry[]
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error
  }
}
