/** Keeps the last bytes of a stream that may be endless. */
export class TailBuffer {
  readonly #limitBytes: number
  #chunks: Uint8Array[] = []
  #byteLength = 0

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk)
    this.#byteLength += chunk.byteLength
    let first = this.#chunks[0]
    while (first !== undefined && this.#byteLength - first.byteLength >= this.#limitBytes) {
      this.#chunks.shift()
      this.#byteLength -= first.byteLength
      first = this.#chunks[0]
    }
  }

  /** At most `limitBytes` bytes from the end, as UTF-8. */
  text(): string {
    const all = Buffer.concat(this.#chunks)
    return all.subarray(Math.max(0, all.byteLength - this.#limitBytes)).toString('utf8')
  }
}
