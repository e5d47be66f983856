import type { Clock } from './clock.ts'
import { isGone, type ProcessIdentity } from './process-identity.ts'

/** A lease as it stands in the database. */
export interface SeenLease {
  readonly key: string
  readonly token: string
  readonly beats: number
  readonly owner: ProcessIdentity
}

/**
 * Tells which leases are dead. No times are compared between machines: a lease is dead when this process has seen its
 * beats stand still for the lease time, by its own clock that never jumps, or when the process that held it is gone from
 * this machine. Whoever acts on it must do so only while token and beats are still those that were seen.
 */
export class LeaseWatch {
  readonly #clock: Clock
  readonly #leaseMs: number
  #seen = new Map<string, { readonly token: string; readonly beats: number; readonly sinceMs: number }>()

  constructor(clock: Clock, leaseMs: number) {
    this.#clock = clock
    this.#leaseMs = leaseMs
  }

  /** Takes all leases there are now, and gives back the dead ones. */
  dead<Lease extends SeenLease>(leases: readonly Lease[]): readonly Lease[] {
    const nowMs = this.#clock.monotonicMs()
    const before = this.#seen
    this.#seen = new Map()
    return leases.filter((lease) => {
      const { key, token, beats, owner } = lease
      const last = before.get(key)
      const unmoved = last?.token === token && last.beats === beats
      const sinceMs = unmoved ? last.sinceMs : nowMs
      this.#seen.set(key, { token, beats, sinceMs })
      return nowMs - sinceMs >= this.#leaseMs || isGone(owner)
    })
  }
}
