import { createHash } from 'node:crypto'
import { HelperThread } from '#lib/concurrency/helper-thread.ts'

/** From this size on it pays to ask another thread. */
const WORTH_ASKING_BYTES = 64 * 1024

const PROGRAM = new URL(import.meta.url.endsWith('.ts') ? './hash-worker.ts' : './hash-worker.js', import.meta.url)

/**
 * SHA-256 beside the main thread, which has enough to do (a second of a processor for every two gigabytes). Only shared
 * memory can be looked at from there; other bytes are hashed here.
 */
export class HashThread {
  readonly #thread = new HelperThread<readonly Uint8Array[], string>(PROGRAM)

  /** Hex. The bytes must not change until it resolves. */
  async sha256(bytes: readonly Uint8Array[]): Promise<string> {
    const sharedBytes = bytes.reduce((sum, { buffer, byteLength }) => sum + (isShared(buffer) ? byteLength : 0), 0)
    if (sharedBytes < WORTH_ASKING_BYTES) return sha256Of(bytes)
    // What is not shared is copied on the way, and with it all memory that it is a view of.
    return this.#thread.ask(bytes.map((piece) => (isShared(piece.buffer) ? piece : piece.slice())))
  }

  /** Starts the thread, so that the first question need not wait for it. */
  prepare(): void {
    this.#thread.prepare()
  }
}

export function sha256Of(bytes: Iterable<Uint8Array>): string {
  const hash = createHash('sha256')
  for (const piece of bytes) hash.update(piece)
  return hash.digest('hex')
}

function isShared(buffer: ArrayBufferLike): boolean {
  return buffer instanceof SharedArrayBuffer
}
