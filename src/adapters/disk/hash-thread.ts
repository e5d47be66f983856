import { createHash } from 'node:crypto'
import { Worker } from 'node:worker_threads'

export interface HashQuestion {
  readonly id: number
  readonly bytes: readonly Uint8Array[]
}

interface HashAnswer {
  readonly id: number
  readonly sha256: string
}

/** From this size on it pays to ask another thread. */
const WORTH_ASKING_BYTES = 64 * 1024
/** A thread that has nothing to do for so long ends; the next question starts another. */
const IDLE_MS = 10_000

/**
 * SHA-256 beside the main thread, which has enough to do (a second of a processor for every two gigabytes). Only shared
 * memory can be looked at from there; other bytes are hashed here.
 */
export class HashThread {
  #worker: Worker | null = null
  #idle: ReturnType<typeof setTimeout> | undefined
  #nextId = 0
  readonly #waiting = new Map<number, PromiseWithResolvers<string>>()

  /** Hex. The bytes must not change until it resolves. */
  async sha256(bytes: readonly Uint8Array[]): Promise<string> {
    const sharedBytes = bytes.reduce((sum, { buffer, byteLength }) => sum + (isShared(buffer) ? byteLength : 0), 0)
    return sharedBytes < WORTH_ASKING_BYTES ? sha256Here(bytes) : this.#ask(bytes)
  }

  /** Starts the thread, so that the first question need not wait for it. */
  prepare(): void {
    if (this.#worker !== null) return
    this.#worker = this.#start()
    this.#rest(this.#worker)
  }

  #ask(bytes: readonly Uint8Array[]): Promise<string> {
    const answer = Promise.withResolvers<string>()
    const id = this.#nextId++
    this.#waiting.set(id, answer)
    clearTimeout(this.#idle)
    this.#worker ??= this.#start()
    this.#worker.ref()
    // What is not shared is copied on the way, and with it all memory that it is a view of.
    const question: HashQuestion = { id, bytes: bytes.map((piece) => (isShared(piece.buffer) ? piece : piece.slice())) }
    this.#worker.postMessage(question)
    return answer.promise
  }

  #start(): Worker {
    const url = new URL(import.meta.url.endsWith('.ts') ? './hash-worker.ts' : './hash-worker.js', import.meta.url)
    const worker = new Worker(url)
    worker.on('message', ({ id, sha256 }: HashAnswer) => {
      this.#waiting.get(id)?.resolve(sha256)
      this.#waiting.delete(id)
      if (this.#waiting.size === 0) this.#rest(worker)
    })
    worker.on('error', (error) => {
      this.#end()
      for (const { reject } of this.#waiting.values()) reject(error)
      this.#waiting.clear()
    })
    return worker
  }

  #rest(worker: Worker): void {
    worker.unref()
    this.#idle = setTimeout(() => this.#end(), IDLE_MS)
    this.#idle.unref()
  }

  #end(): void {
    void this.#worker?.terminate()
    this.#worker = null
  }
}

function sha256Here(bytes: Iterable<Uint8Array>): string {
  const hash = createHash('sha256')
  for (const piece of bytes) hash.update(piece)
  return hash.digest('hex')
}

function isShared(buffer: ArrayBufferLike): boolean {
  return buffer instanceof SharedArrayBuffer
}
