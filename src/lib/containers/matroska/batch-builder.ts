import type { Sample, SampleBatch } from '../sample.ts'

/** A batch whose samples all belong to one of the windows between two borders. */
export interface WindowBatch extends SampleBatch {
  /** `borders[windowIndex]` is where the window begins. */
  readonly windowIndex: number
}

/** More payload than this is not kept in one batch, unless a single frame is larger. */
export const MAX_BATCH_BYTES = 8 * 1024 * 1024

/** Gathers the samples of one track; full batches, and those whose window ends, go to `emit`. */
export class BatchBuilder {
  readonly #trackId: number
  readonly #emit: (batch: WindowBatch) => void
  #windowIndex = 0
  #samples: Sample[] = []
  #payload: Uint8Array[] = []
  #byteLength = 0

  constructor(trackId: number, emit: (batch: WindowBatch) => void) {
    this.#trackId = trackId
    this.#emit = emit
  }

  add(sample: Sample, pieces: readonly Uint8Array[], windowIndex: number): void {
    if (windowIndex !== this.#windowIndex || this.#byteLength + sample.size > MAX_BATCH_BYTES) this.flush()
    this.#windowIndex = windowIndex
    this.#samples.push(sample)
    this.#byteLength += sample.size
    for (const piece of pieces) this.#payload.push(piece)
  }

  flush(): void {
    if (this.#samples.length > 0) this.#emitBatch(this.#windowIndex)
  }

  /** Says, by a batch without samples, that everything before `windowIndex` was given. */
  announce(windowIndex: number): void {
    this.flush()
    this.#emitBatch(windowIndex)
  }

  #emitBatch(windowIndex: number): void {
    this.#emit({ trackId: this.#trackId, windowIndex, samples: this.#samples, payload: this.#payload })
    this.#samples = []
    this.#payload = []
    this.#byteLength = 0
  }
}
