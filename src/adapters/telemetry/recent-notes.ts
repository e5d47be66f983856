import type { ProductEvent } from '#domain/events.ts'

/** A warning or an error that somebody told of. */
export interface RecentNote {
  readonly at: string
  readonly level: 'warn' | 'error'
  readonly message: string
  /** Of the error behind it. */
  readonly cause: string | null
}

const MAX_NOTES = 100

/** The newest warnings and errors, oldest first: what a report of a fault wants to know. Holds what was told, secrets too. */
export class RecentNotes {
  readonly #notes: RecentNote[] = []
  readonly #now: () => Date

  constructor(now: () => Date = () => new Date()) {
    this.#now = now
  }

  /** To be called for every event. */
  hear(event: ProductEvent): void {
    if (event.kind !== 'note' || event.level === 'info') return
    const error = event.fields?.error
    const cause = error instanceof Error ? error.message : null
    this.#notes.push({ at: this.#now().toISOString(), level: event.level, message: event.message, cause })
    if (this.#notes.length > MAX_NOTES) this.#notes.shift()
  }

  list(): readonly RecentNote[] {
    return [...this.#notes]
  }
}
