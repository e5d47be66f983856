import { createHash } from 'node:crypto'

/** What a right download of one rendition is. */
export interface RenditionTruth {
  /** Of all bytes joined: decrypted, decompressed; init sections where they change, gaps left out. */
  readonly sha256: string
  readonly byteLength: number
  /** Listed, gaps too. */
  readonly segmentCount: number
  readonly durationSec: number
  /** Media sequence numbers of segments that can never be had. */
  readonly gaps: readonly number[]
}

/** Of a whole stream: `main`, `a0`, `a1`, `s0` …. */
export interface StreamTruth {
  /** Of the playlist to begin with. */
  readonly url: string
  readonly renditions: Readonly<Record<string, RenditionTruth>> & { readonly main: RenditionTruth }
}

/** Collects bytes in the order of a right result. */
export class TruthKeeper {
  readonly #hash = createHash('sha256')
  #byteLength = 0
  #segmentCount = 0
  #durationSec = 0
  #init: Buffer | null = null
  readonly #gaps: number[] = []

  add(bytes: Buffer, durationSec: number, init: Buffer | null = null): void {
    if (init !== null && this.#init?.equals(init) !== true) this.#take(init)
    this.#init = init
    this.#take(bytes)
    this.#segmentCount += 1
    this.#durationSec += durationSec
  }

  gap(msn: number, durationSec: number): void {
    this.#gaps.push(msn)
    this.#segmentCount += 1
    this.#durationSec += durationSec
  }

  get truth(): RenditionTruth {
    const gaps = [...this.#gaps]
    const sha256 = this.#hash.copy().digest('hex')
    return {
      sha256,
      byteLength: this.#byteLength,
      segmentCount: this.#segmentCount,
      durationSec: this.#durationSec,
      gaps,
    }
  }

  #take(bytes: Buffer): void {
    this.#hash.update(bytes)
    this.#byteLength += bytes.length
  }
}
