import type { Pack } from '#domain/video.ts'
import type { PackPorts } from './pack-ports.ts'

/** Puts sealed packs into the store, some at once, in the background. The first failure stops the writer at `room` or `settle`. */
export class PackStoring {
  readonly #ports: PackPorts
  readonly #signal: AbortSignal
  readonly #running = new Set<Promise<void>>()
  #waiting: Pack[] = []
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

  /** Resolves when no pack waits for its turn: the writer must not run ahead of the store. */
  async room(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#failed) await Promise.race(this.#running)
    this.#throwFailure()
  }

  async settle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running)
    this.#throwFailure()
  }

  #startWaiting(): void {
    while (this.#waiting.length > 0 && this.#running.size < this.#ports.blobs.limits.parallelPuts && !this.#failed) {
      const pack = this.#waiting.shift() as Pack
      const task = this.#put(pack)
        .catch((error) => {
          this.#failed = true
          this.#failure ??= error
          this.#waiting = []
        })
        .finally(() => {
          this.#running.delete(task)
          this.#startWaiting()
        })
      this.#running.add(task)
    }
  }

  async #put({ id, videoId, position }: Pack): Promise<void> {
    const { catalog, work, blobs } = this.#ports
    const ref = await blobs.put(await work.packSource(videoId, position), this.#signal)
    await catalog.markStored(id, ref)
    await work.removePack(videoId, position)
  }

  #throwFailure(): void {
    if (this.#failed) throw this.#failure
  }
}
