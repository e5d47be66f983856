import type { BlobRef } from '#domain/blob-store.ts'
import type { Pack } from '#domain/video.ts'
import type { PackPorts } from './pack-ports.ts'

/** What was put is recorded at most this often: each commit waits for the disk. */
const MARK_EVERY_MS = 150

/**
 * Puts sealed packs into the store, some at once, in the background, and records it. Their work files are removed when it is
 * recorded. The first failure stops the writer at `room` or `settle`.
 */
export class PackStoring {
  readonly #ports: PackPorts
  readonly #signal: AbortSignal
  readonly #running = new Set<Promise<void>>()
  #waiting: Pack[] = []
  /** Put and not recorded yet. */
  #stored: { readonly pack: Pack; readonly ref: BlobRef }[] = []
  #marking: Promise<void> = Promise.resolve()
  #timer: ReturnType<typeof setTimeout> | undefined
  #failed = false
  #failure: unknown

  constructor(ports: PackPorts, signal: AbortSignal) {
    this.#ports = ports
    this.#signal = signal
  }

  store(pack: Pack): void {
    this.#waiting.push(pack)
    this.#startWaiting()
  }

  /** Resolves when no more packs wait for their turn than have it: the writer must not run ahead of the store. */
  async room(): Promise<void> {
    while (this.#waiting.length > this.#ports.blobs.limits.parallelPuts && !this.#failed)
      await Promise.race(this.#running)
    this.#throwFailure()
  }

  /** Resolves when all packs are stored and recorded. */
  async settle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running)
    await this.#markNow()
    this.#throwFailure()
  }

  #startWaiting(): void {
    while (this.#waiting.length > 0 && this.#running.size < this.#ports.blobs.limits.parallelPuts && !this.#failed) {
      const pack = this.#waiting.shift() as Pack
      const task = this.#put(pack)
        .catch((error) => this.#fail(error))
        .finally(() => {
          this.#running.delete(task)
          this.#startWaiting()
        })
      this.#running.add(task)
    }
  }

  async #put(pack: Pack): Promise<void> {
    const { work, blobs } = this.#ports
    const ref = await blobs.put(await work.packSource(pack.videoId, pack.position), this.#signal)
    this.#stored.push({ pack, ref })
    this.#timer ??= setTimeout(() => void this.#markNow(), MARK_EVERY_MS)
  }

  #markNow(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#marking = this.#marking.then(() => this.#mark()).catch((error) => this.#fail(error))
    return this.#marking
  }

  async #mark(): Promise<void> {
    const stored = this.#stored
    this.#stored = []
    if (stored.length === 0) return
    await this.#ports.catalog.markStored(stored.map(({ pack: { id }, ref }) => ({ id, ref })))
    for (const { pack } of stored) await this.#ports.work.removePack(pack.videoId, pack.position)
  }

  #fail(error: unknown): void {
    this.#failed = true
    this.#failure ??= error
    this.#waiting = []
  }

  #throwFailure(): void {
    if (this.#failed) throw this.#failure
  }
}
