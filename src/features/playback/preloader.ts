import type { Slice } from '#domain/video.ts'

export interface PreloaderPorts {
  isHeld(slice: Slice): boolean
  /** Brings it into the cache. */
  fetch(slice: Slice, signal: AbortSignal): Promise<void>
  /** What comes with one read: two slices of one pack, where packs are read whole. */
  groupOf(slice: Slice): string
}

interface Running {
  readonly slice: Slice
  readonly abort: AbortController
  readonly sessions: Set<string>
}

/** So many sessions are looked through for something to begin; the others have their turn at the next request. */
const MAX_LOOKS = 50

/**
 * Fetches what viewers will ask for next: of all sessions in turns, of each in its order, so many at once. What a session
 * does not want any more, because it jumped elsewhere, is stopped unless another one wants it.
 */
export class Preloader {
  readonly #ports: PreloaderPorts
  readonly #maxConcurrent: number
  /** By session; whose turn it is next stands first. */
  readonly #wanted = new Map<string, readonly Slice[]>()
  /** By group. */
  readonly #running = new Map<string, Running>()
  #done = 0

  constructor(ports: PreloaderPorts, maxConcurrent: number) {
    this.#ports = ports
    this.#maxConcurrent = maxConcurrent
  }

  /** Slices that were fetched ahead since the start. */
  get done(): number {
    return this.#done
  }

  get running(): number {
    return this.#running.size
  }

  /** What this session will ask for next, the soonest first, in place of what it wanted before. */
  want(session: string, slices: readonly Slice[]): void {
    const missing = slices.filter((slice) => !this.#ports.isHeld(slice))
    if (missing.length > 0) this.#wanted.set(session, missing)
    else this.#wanted.delete(session)
    for (const [group, running] of this.#running) {
      if (missing.some(({ sha256 }) => sha256 === running.slice.sha256)) running.sessions.add(session)
      else if (running.sessions.delete(session) && running.sessions.size === 0) this.#stop(group, running)
    }
    this.#startNext()
  }

  /** Stops everything. */
  close(): void {
    this.#wanted.clear()
    for (const [group, running] of this.#running) this.#stop(group, running)
  }

  #stop(group: string, { abort }: Running): void {
    this.#running.delete(group)
    abort.abort()
  }

  #startNext(): void {
    let looks = Math.min(this.#wanted.size, MAX_LOOKS)
    while (this.#running.size < this.#maxConcurrent && looks > 0) {
      const first = this.#wanted.entries().next().value
      if (!first) return
      const [session, slices] = first
      this.#wanted.delete(session)
      const missing = slices.filter((slice) => !this.#ports.isHeld(slice))
      // To the end of the queue.
      if (missing.length > 0) this.#wanted.set(session, missing)
      const next = missing.find((slice) => !this.#running.has(this.#ports.groupOf(slice)))
      if (next) this.#start(next, session)
      else looks--
    }
  }

  #start(slice: Slice, session: string): void {
    const running = { slice, abort: new AbortController(), sessions: new Set([session]) }
    const group = this.#ports.groupOf(slice)
    this.#running.set(group, running)
    const isOurs = () => this.#running.get(group) === running
    const fetched = async () => {
      try {
        await this.#ports.fetch(slice, running.abort.signal)
        this.#done++
      } catch {
        // Whoever asks for it hears why. Not at once again: another slice, or another request, comes first.
        if (isOurs()) this.#dropEverywhere(slice)
      }
      if (!isOurs()) return
      this.#running.delete(group)
      this.#startNext()
    }
    void fetched()
  }

  #dropEverywhere({ sha256 }: Slice): void {
    for (const [session, slices] of this.#wanted) {
      this.#wanted.set(
        session,
        slices.filter((slice) => slice.sha256 !== sha256),
      )
    }
  }
}
