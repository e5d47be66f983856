import { createGunzip } from 'node:zlib'

/** More came out of a compressed body than was allowed, or it was no gzip, or its end was missing. */
export class InflateError extends Error {
  readonly code = 'inflate'
}

/** Undoes gzip piece by piece (RFC 1952). Everything throws InflateError; afterwards it is of no use any more. */
export class GzipInflater {
  readonly #gunzip = createGunzip()
  readonly #failed: Promise<never>
  readonly #maxBytes: number
  #pieces: Uint8Array[] = []
  #byteLength = 0

  /** `maxBytes`: of what comes out. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
    const failure = Promise.withResolvers<never>()
    this.#failed = failure.promise
    this.#failed.catch(() => {}) // Whoever waits next learns it.
    const fail = (cause: unknown) => failure.reject(new InflateError('This is not whole gzip.', { cause }))
    this.#gunzip.on('error', fail)
    this.#gunzip.on('data', (piece: Uint8Array) => {
      this.#byteLength += piece.byteLength
      if (this.#byteLength <= this.#maxBytes) this.#pieces.push(piece)
      else this.#gunzip.destroy(new InflateError(`It decompresses to more than ${this.#maxBytes} bytes.`))
    })
  }

  /** What comes out of one more piece. It is no longer needed afterwards. */
  write(chunk: Uint8Array): Promise<readonly Uint8Array[]> {
    return this.#take(new Promise((resolve) => this.#gunzip.write(chunk, () => resolve())))
  }

  /** The rest. */
  end(): Promise<readonly Uint8Array[]> {
    return this.#take(
      new Promise((resolve) => {
        this.#gunzip.once('end', resolve)
        this.#gunzip.end()
      }),
    )
  }

  async #take(done: Promise<void>): Promise<readonly Uint8Array[]> {
    await Promise.race([done, this.#failed])
    // An error of the last write comes a moment after its callback.
    if (this.#gunzip.errored) throw new InflateError('This is not whole gzip.', { cause: this.#gunzip.errored })
    const pieces = this.#pieces
    this.#pieces = []
    return pieces
  }
}
