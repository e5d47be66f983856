import { rename } from 'node:fs/promises'
import type { WrittenFile } from './disk-recording-file.ts'
import type { JournalFile } from './journal-file.ts'
import { diskFault } from './disk-fault.ts'
import type { RecordingEntry } from './recording-entry.ts'
import { syncFolder } from '#lib/durable-file/sync-folder.ts'

export interface NewEntry {
  readonly entry: RecordingEntry
  /** Null when the entry has no file. */
  readonly file: { readonly written: WrittenFile; readonly path: string } | null
}

interface Waiting extends NewEntry {
  readonly done: PromiseWithResolvers<void>
}

/** The system has few threads for files; the rest is for those who write. */
const SYNCS_AT_ONCE = 2

/**
 * Makes files and their journal lines safe: those that come while one group is on its way form the next, so that a folder
 * and a journal are synced once for many. Bytes first, then names, then lines.
 */
export class CommitGroup {
  readonly #folder: string
  readonly #journal: JournalFile
  readonly #onSafe: (entries: readonly RecordingEntry[]) => void
  #waiting: Waiting[] = []
  #running: Promise<void> | null = null

  constructor(folder: string, journal: JournalFile, onSafe: (entries: readonly RecordingEntry[]) => void) {
    this.#folder = folder
    this.#journal = journal
    this.#onSafe = onSafe
  }

  add(entry: NewEntry): Promise<void> {
    const done = Promise.withResolvers<void>()
    this.#waiting.push({ ...entry, done })
    this.#running ??= this.#run()
    return done.promise
  }

  /** Resolves when nothing is on its way any more. */
  async idle(): Promise<void> {
    await this.#running
  }

  async #run(): Promise<void> {
    // Those who come in this same turn go along.
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      const group = this.#waiting
      this.#waiting = []
      try {
        await this.#makeSafe(group)
        for (const { done } of group) done.resolve()
      } catch (cause) {
        const error = diskFault(cause, 'The data folder is full.')
        for (const { done } of group) done.reject(error)
      }
    }
    this.#running = null
  }

  async #makeSafe(group: readonly NewEntry[]): Promise<void> {
    const files = group.flatMap(({ file }) => (file ? [file] : []))
    const left = files.values()
    const sync = async () => {
      for (const { written } of left) {
        await written.handle.datasync()
        await written.handle.close()
      }
    }
    await Promise.all(Array.from({ length: SYNCS_AT_ONCE }, sync))
    await Promise.all(files.map(({ written, path }) => rename(written.temporary, path)))
    if (files.length > 0) await syncFolder(this.#folder)
    const entries = group.map(({ entry }) => entry)
    await this.#journal.append(entries)
    this.#onSafe(entries)
  }
}
