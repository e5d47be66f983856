import { deleteProbe, type Probe, sendProbe } from './probe.ts'
import type { StoreParts } from './store-parts.ts'

/**
 * A message in each channel in which a library begins, for as long as this process lives: until the first blob or snapshot
 * lies there nothing else tells another empty data folder that the channel is taken. Of two that begin at once the one
 * whose marker has the lower id goes on.
 */
export class ChannelMarkers {
  readonly #parts: StoreParts
  readonly #left = new Map<number, { readonly probe: Probe; readonly tracked: Disposable }>()

  constructor(parts: StoreParts) {
    this.#parts = parts
  }

  /** The one that stands there, or a new one. */
  async leave(chatId: number, signal?: AbortSignal): Promise<Probe> {
    const left = this.#left.get(chatId) ?? (await sendProbe(this.#parts, chatId, { signal }))
    this.#left.set(chatId, left)
    return left.probe
  }

  idIn(chatId: number): number | null {
    return this.#left.get(chatId)?.probe.place.messageId ?? null
  }

  /** Takes them away; what cannot be deleted now the next scan removes. */
  async remove(): Promise<void> {
    const left = [...this.#left.values()]
    this.#left.clear()
    await Promise.all(
      left.map(async ({ probe, tracked }) => {
        await deleteProbe(this.#parts, probe.place)
        tracked[Symbol.dispose]()
      }),
    )
  }
}
