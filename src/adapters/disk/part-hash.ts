import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import type { FileFacts } from '#domain/result-file.ts'
import type { PartEntry } from './part-entry.ts'
import { readThrough } from './read-through.ts'

const READ_BYTES = 512 * 1024

/** Hashes a file that comes in parts while it comes: each part when those before it are there. */
export class PartHash {
  readonly #file: FileHandle
  readonly #parts: ReadonlyMap<number, PartEntry>
  readonly #hash = createHash('sha256')
  #next = 0
  #byteLength = 0
  #damaged = false
  #stopped = false
  #running: Promise<void> | null = null

  constructor(file: FileHandle, parts: ReadonlyMap<number, PartEntry>) {
    this.#file = file
    this.#parts = parts
  }

  /** There are more parts. */
  goOn(): void {
    this.#running ??= this.#run().finally(() => {
      this.#running = null
    })
    this.#running.catch(() => {}) // `end` tells.
  }

  /** Null when a part is not what its line says, or one is missing. */
  async end(): Promise<FileFacts | null> {
    await this.#running
    await this.#run()
    if (this.#damaged || this.#next !== this.#parts.size) return null
    return { byteLength: this.#byteLength, sha256: this.#hash.digest('hex') }
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#running?.catch(() => {})
  }

  async #run(): Promise<void> {
    const buffer = Buffer.allocUnsafeSlow(READ_BYTES)
    for (let part = this.#parts.get(this.#next); part; part = this.#parts.get(this.#next)) {
      const own = createHash('sha256')
      for await (const bytes of readThrough(this.#file, { ...part, offset: this.#byteLength }, buffer)) {
        if (this.#stopped) return
        own.update(bytes)
        this.#hash.update(bytes)
      }
      if (own.digest('hex') !== part.sha256) this.#damaged = true
      this.#byteLength += part.byteLength
      this.#next++
    }
  }
}
