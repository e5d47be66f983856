import { readFile } from 'node:fs/promises'
import writeFileAtomic from 'write-file-atomic'

/** A few lines of text in a file, all of them or those before: nothing in between. What cannot be kept is not worth a failure. */
export class SmallTextFile {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  async load(): Promise<string | null> {
    return await readFile(this.#path, 'utf8').catch(() => null)
  }

  async save(text: string): Promise<void> {
    await writeFileAtomic(this.#path, text, { mode: 0o600, fsync: false }).catch(() => undefined)
  }
}
