import { type FileHandle, open, stat } from 'node:fs/promises'
import { NotFoundError } from '#domain/errors.ts'
import { isMissing } from './file-errors.ts'
import { readJournal } from './read-journal.ts'

export interface TailRead {
  readonly values: readonly object[]
  /** The journal was written anew: these are its values from the first on. */
  readonly again: boolean
}

/** Reads a journal that another writes, as far as it goes, again and again. */
export class JournalTail implements AsyncDisposable {
  readonly #path: string
  #file: FileHandle | null = null
  #offset = 0

  constructor(path: string) {
    this.#path = path
  }

  /** What has come since the last time, in batches. Throws NotFoundError when the journal is gone. */
  async *read(): AsyncGenerator<TailRead> {
    const again = await this.#open()
    const file = this.#file as FileHandle
    let first = again
    for await (const { values, nextOffset } of readJournal(file, this.#offset)) {
      this.#offset = nextOffset
      yield { values, again: first }
      first = false
    }
    if (first) yield { values: [], again: true }
  }

  /** True when it is another file than before, or was cut back. */
  async #open(): Promise<boolean> {
    try {
      const now = await stat(this.#path)
      if (this.#file) {
        const mine = await this.#file.stat()
        if (mine.ino === now.ino && mine.dev === now.dev && now.size >= this.#offset) return false
        await this.#file.close()
        this.#file = null
      }
      this.#file = await open(this.#path, 'r')
    } catch (cause) {
      throw isMissing(cause) ? new NotFoundError('The recording is gone.', { cause }) : cause
    }
    const again = this.#offset > 0
    this.#offset = 0
    return again
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file?.close()
  }
}
