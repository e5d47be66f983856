import type { BlobRef } from '#domain/blob-store.ts'
import { Mutex } from '#lib/concurrency/mutex.ts'

/** What this process has under way in the channels, so that its own scan does not judge what is not finished. */
export class InFlight {
  readonly #nonces = new Set<string>()
  readonly #locks = new Map<BlobRef, { readonly mutex: Mutex; users: number }>()

  /** Somebody waits for the answer to the message with this nonce. */
  awaits(nonce: string): boolean {
    return this.#nonces.has(nonce)
  }

  /** From before the message leaves until what became of it is written down. */
  track(nonce: string): Disposable {
    this.#nonces.add(nonce)
    return { [Symbol.dispose]: () => this.#nonces.delete(nonce) }
  }

  /** Whether somebody changes which messages hold the blob, or is about to. */
  isBusy(ref: BlobRef): boolean {
    return this.#locks.has(ref)
  }

  /** Runs `work` while nobody else changes which messages hold the blob. */
  async alone<T>(ref: BlobRef, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const lock = this.#locks.get(ref) ?? { mutex: new Mutex(), users: 0 }
    this.#locks.set(ref, lock)
    lock.users++
    try {
      return await lock.mutex.run(work, signal)
    } finally {
      if (--lock.users === 0) this.#locks.delete(ref)
    }
  }
}
