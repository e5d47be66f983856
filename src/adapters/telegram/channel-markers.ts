import { deleteProbe, type Probe, sendProbe } from './probe.ts'
import type { StoreParts } from './store-parts.ts'

/**
 * A message in each channel in which a library begins: until the first blob or snapshot lies there nothing else tells
 * another empty data folder that the channel is taken. It goes then, or when this process ends. Of two that begin at once the one
 * whose marker has the lower id goes on.
 */
export class ChannelMarkers {
  readonly #parts: StoreParts
  readonly #left = new Map<number, Marker>()
  readonly #removing = new Set<Promise<void>>()

  constructor(parts: StoreParts) {
    this.#parts = parts
  }

  /** The one that stands there, or a new one. */
  async leave(chatId: number, signal?: AbortSignal): Promise<Probe> {
    const left = this.#left.get(chatId) ?? (await sendProbe(this.#parts, chatId, { signal }))
    this.#left.set(chatId, left)
    return left.probe
  }

  /** Something of the library stands in the chat: that tells others from now on. Nobody waits for it. */
  removeFrom(chatId: number): void {
    const left = this.#left.get(chatId)
    if (!left) return
    this.#left.delete(chatId)
    const removing = this.#remove(left).finally(() => this.#removing.delete(removing))
    this.#removing.add(removing)
  }

  /** Takes all away; what cannot be deleted now the next scan removes. */
  async remove(): Promise<void> {
    for (const chatId of [...this.#left.keys()]) this.removeFrom(chatId)
    await Promise.all(this.#removing)
  }

  async #remove({ probe, tracked }: Marker): Promise<void> {
    await deleteProbe(this.#parts, probe.place).catch(() => {})
    tracked[Symbol.dispose]()
  }
}

interface Marker {
  readonly probe: Probe
  readonly tracked: Disposable
}
