import type { FileHandle } from 'node:fs/promises'
import { encodeJournalLine } from './journal-line.ts'
import { openForWriting } from './open-for-writing.ts'
import { readJournal } from './read-journal.ts'

/** A file of checksummed lines that only grows. One writer at a time; others may read along. */
export class JournalFile implements AsyncDisposable {
  readonly #file: FileHandle
  #byteLength: number
  #broken: unknown = null

  private constructor(file: FileHandle, byteLength: number) {
    this.#file = file
    this.#byteLength = byteLength
  }

  /** Opens or creates it and says what it holds; what a crash or damage left behind the last good line is cut off. */
  static async open(path: string): Promise<{ readonly journal: JournalFile; readonly values: readonly object[] }> {
    const file = await openForWriting(path, 0o600)
    try {
      const values: object[] = []
      let end = 0
      for await (const batch of readJournal(file, 0)) {
        for (const value of batch.values) values.push(value)
        end = batch.nextOffset
      }
      if ((await file.stat()).size > end) {
        await file.truncate(end)
        await file.datasync()
      }
      return { journal: new JournalFile(file, end), values }
    } catch (error) {
      await file.close()
      throw error
    }
  }

  /** Resolves when the lines are safe on the medium. Not to be called again before it has. */
  async append(values: readonly object[]): Promise<void> {
    if (this.#broken) throw this.#broken
    const bytes = Buffer.concat(values.map(encodeJournalLine))
    try {
      for (let done = 0; done < bytes.length; ) {
        const left = bytes.length - done
        done += (await this.#file.write(bytes, done, left, this.#byteLength + done)).bytesWritten
      }
      await this.#file.datasync()
      this.#byteLength += bytes.length
    } catch (error) {
      // Half a line would hide all that come after it.
      await this.#file.truncate(this.#byteLength).catch((cause) => {
        this.#broken = cause
      })
      throw error
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close()
  }
}
