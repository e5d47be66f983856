import type { BlobRef } from '#domain/blob-store.ts'
import { Mutex } from '#lib/concurrency/mutex.ts'

/** What this process has under way in the channels, so that its own scan does not judge what is not finished. */
export class InFlight {
  readonly #nonces = new Set<string>()
  readonly #locks = new Map<BlobRef, { readonly mutex: Mutex; users: number; workers: number }>()

  /** Somebody waits for the answer to the message with this nonce. */
  awaits(nonce: string): boolean {
    return this.#nonces.has(nonce)
  }

  /** From before the message leaves until what became of it is written down. */
  track(nonce: string): Disposable {
    this.#nonces.add(nonce)
    return { [Symbol.dispose]: () => this.#nonces.delete(nonce) }
  }

  /** Whether somebody stores, mends or deletes the blob, or is about to; that may take long. */
  isBusy(ref: BlobRef): boolean {
    return (this.#locks.get(ref)?.workers ?? 0) > 0
  }

  /** Runs `work` while nobody else changes which messages hold the blob; until then it is busy. */
  async alone<T>(ref: BlobRef, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.#locked(ref, 1, work, signal)
  }

  /** The same for what takes a moment: the blob is not called busy. */
  async briefly<T>(ref: BlobRef, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.#locked(ref, 0, work, signal)
  }

  async #locked<T>(ref: BlobRef, workers: number, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const lock = this.#locks.get(ref) ?? { mutex: new Mutex(), users: 0, workers: 0 }
    this.#locks.set(ref, lock)
    lock.users++
    lock.workers += workers
    try {
      return await lock.mutex.run(work, signal)
    } finally {
      lock.workers -= workers
      if (--lock.users === 0) this.#locks.delete(ref)
    }
  }
}
