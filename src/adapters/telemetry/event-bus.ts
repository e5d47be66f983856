import type { Events, ProductEvent } from '#domain/events.ts'
import type { Logger } from './logger.ts'

export type EventListener = (event: ProductEvent) => void

/** Hands every event to every listener; a listener that throws is logged and the others still hear it. */
export class EventBus implements Events {
  readonly #listeners = new Set<EventListener>()
  readonly #log: Logger

  constructor(log: Logger) {
    this.#log = log
  }

  emit(event: ProductEvent): void {
    if (event.kind === 'note') this.#log[event.level]({ ...event.fields }, event.message)
    for (const listener of this.#listeners) {
      try {
        listener(event)
      } catch (error) {
        this.#log.error({ error }, 'A listener of events failed.')
      }
    }
  }

  /** What comes back ends the listening. */
  subscribe(listener: EventListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
