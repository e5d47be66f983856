import { type FileHandle, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isMissing } from './file-errors.ts'
import { JournalFile } from './journal-file.ts'
import { readJournal } from './read-journal.ts'
import { segmentFileName } from './recording-entry.ts'
import type { RecordingFolder } from './recording-folder.ts'

interface Released {
  readonly rendition: string
  /** Of those before it the files may be gone. */
  readonly position: number
}

/** How far each rendition has been released, by what the folder says. */
export async function readReleased(folder: RecordingFolder): Promise<Map<string, number>> {
  const released = new Map<string, number>()
  let file: FileHandle
  try {
    file = await open(folder.released, 'r')
  } catch (error) {
    if (isMissing(error)) return released
    throw error
  }
  try {
    for await (const { values } of readJournal(file, 0)) note(released, values as readonly Released[])
  } finally {
    await file.close()
  }
  return released
}

/**
 * Removes the files of segments that nobody needs any more. It is said in a journal first: a file that is missing without
 * that was lost. There is one follower, so one writer of that journal.
 */
export class ReleasedSegments implements AsyncDisposable {
  readonly #folder: RecordingFolder
  readonly #released = new Map<string, number>()
  readonly #wanted = new Map<string, number>()
  #journal: JournalFile | null = null
  #running: Promise<void> | null = null

  constructor(folder: RecordingFolder) {
    this.#folder = folder
  }

  /** Resolves when it is done. Several that come together are done as one. */
  async release(rendition: string, position: number): Promise<void> {
    segmentFileName(rendition, position) // Throws for what is no name.
    if (position <= (this.#wanted.get(rendition) ?? 0)) return
    this.#wanted.set(rendition, position)
    const before = this.#running
    const mine = (async () => {
      await before?.catch(() => {})
      await this.#sweep()
    })()
    this.#running = mine
    await mine
  }

  async #sweep(): Promise<void> {
    if (!this.#journal) {
      const { journal, values } = await JournalFile.open(this.#folder.released)
      this.#journal = journal
      note(this.#released, values as readonly Released[])
    }
    const news = [...this.#wanted].filter(([rendition, position]) => position > (this.#released.get(rendition) ?? 0))
    if (news.length === 0) return
    await this.#journal.append(news.map(([rendition, position]): Released => ({ rendition, position })))
    for (const [rendition, position] of news) {
      for (let at = this.#released.get(rendition) ?? 0; at < position; at++) {
        await rm(join(this.#folder.media, segmentFileName(rendition, at)), { force: true })
      }
      this.#released.set(rendition, position)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#running?.catch(() => {})
    await this.#journal?.[Symbol.asyncDispose]()
  }
}

function note(released: Map<string, number>, values: readonly Released[]): void {
  for (const { rendition, position } of values) {
    released.set(rendition, Math.max(position, released.get(rendition) ?? 0))
  }
}
