import type { BlobRef, Repair } from '#domain/blob-store.ts'
import type { StoreParts } from './store-parts.ts'

export interface ScrubFinding {
  readonly ref: BlobRef
  readonly name: string
  /** Wall clock. */
  readonly foundAt: Date
  /** What is wrong with each of its copies, for people. */
  readonly done: readonly string[]
}

/** Every blob is looked at once in this time. */
const PASS_MS = 30 * 24 * 3600 * 1000
/** Rests so many times as long as it worked: a tenth of the time, and so of what the line gives. */
const REST_PER_WORK = 9
/** A look at a copy is two calls (forward, delete) of the twenty a minute that a bot has: a tenth of that. */
const REST_PER_COPY_MS = 60_000
/** After a failure: whatever it is, it is not mended at once. */
const REST_AFTER_FAILURE_MS = 600_000
/** A blob that cannot be looked at so often in a row is left for the next pass. */
const MOST_FAILURES = 3
const REFS_AT_ONCE = 500
const FACT = 'scrub'

interface Pass {
  readonly startedAtMs: number
  /** Blobs there were when it began. */
  readonly total: number
  readonly done: number
  /** The last one that was looked at: blobs go by the bytes of their refs. */
  readonly after: BlobRef | null
  readonly lost: readonly { readonly ref: BlobRef; readonly name: string; foundAtMs: number; done: readonly string[] }[]
}

/**
 * Reads in the background what nobody asks for, so that damage is found while another copy is left: a thirtieth of all blobs
 * a day, with at most a tenth of what the bots may do. Where it is survives a restart. What is damaged is made anew from a
 * replica; what cannot be is told by `findings` until it is whole or gone.
 */
export class Scrub {
  readonly #parts: Pick<StoreParts, 'ledger' | 'clock' | 'events'>
  readonly #bots: number
  readonly #repair: (ref: BlobRef, signal: AbortSignal | undefined) => Promise<Repair>
  #restUntilMs = Number.NEGATIVE_INFINITY
  #next: BlobRef[] = []
  #failures = 0

  constructor(about: {
    readonly parts: Pick<StoreParts, 'ledger' | 'clock' | 'events'>
    /** That read. */
    readonly bots: number
    /** Reads every copy whole, and mends. */
    repair(ref: BlobRef, signal: AbortSignal | undefined): Promise<Repair>
  }) {
    this.#parts = about.parts
    this.#bots = Math.max(1, about.bots)
    this.#repair = about.repair
  }

  /** Looks at one blob if it is time for it; true when it did. Rejects when it cannot be looked at now. */
  async step(signal?: AbortSignal): Promise<boolean> {
    const { clock } = this.#parts
    if (clock.nowMs() < this.#restUntilMs) return false
    const pass = await this.#pass()
    if (pass.done >= dueOf(pass, clock.wallMs())) return false
    const ref = await this.#following(pass.after)
    if (!ref) {
      await this.#save({ ...pass, done: pass.total })
      return false
    }
    const startedMs = clock.nowMs()
    try {
      const next = await this.#look(ref, pass, signal)
      const copies = (await this.#parts.ledger.blob(ref))?.copies.length ?? 1
      const worked = REST_PER_WORK * (clock.nowMs() - startedMs)
      this.#restUntilMs = clock.nowMs() + Math.max(worked, (REST_PER_COPY_MS * copies) / this.#bots)
      await this.#save(next)
      return true
    } catch (error) {
      signal?.throwIfAborted()
      this.#restUntilMs = clock.nowMs() + REST_AFTER_FAILURE_MS
      if (++this.#failures >= MOST_FAILURES) await this.#save({ ...pass, done: pass.done + 1, after: ref })
      throw error
    }
  }

  /** What is lost, as far as it is known; what was deleted since is nobody's loss. */
  async findings(): Promise<readonly ScrubFinding[]> {
    const pass = (await this.#parts.ledger.fact(FACT)) as Pass | null
    const found = await Promise.all(
      (pass?.lost ?? []).map(async ({ foundAtMs, ...about }) => {
        return (await this.#isKept(about.ref)) ? { ...about, foundAt: new Date(foundAtMs) } : null
      }),
    )
    return found.filter((each) => each !== null)
  }

  async #look(ref: BlobRef, pass: Pass, signal: AbortSignal | undefined): Promise<Pass> {
    const { ledger, events, clock } = this.#parts
    const name = (await ledger.blob(ref))?.name ?? ref
    const next = { ...pass, done: pass.done + 1, after: ref, lost: pass.lost.filter((each) => each.ref !== ref) }
    if (!(await this.#isKept(ref))) return next
    const { outcome, done } = await this.#repair(ref, signal)
    if (outcome === 'whole') return next
    const fields = { ref, done }
    if (outcome === 'repaired') {
      events.emit({ kind: 'note', level: 'warn', message: `${name} was found damaged, and mended.`, fields })
      return next
    }
    // Somebody deleted it meanwhile.
    if (!(await this.#isKept(ref))) return next
    events.emit({ kind: 'note', level: 'error', message: `${name} is lost: no whole copy of it is left.`, fields })
    return { ...next, lost: [...next.lost, { ref, name, foundAtMs: clock.wallMs(), done }] }
  }

  async #isKept(ref: BlobRef): Promise<boolean> {
    return (await this.#parts.ledger.blob(ref))?.copies.some(({ state }) => state === 'stored') ?? false
  }

  /** The one that goes on, or a new one when that had its time. */
  async #pass(): Promise<Pass> {
    const { ledger, clock } = this.#parts
    const pass = (await ledger.fact(FACT)) as Pass | null
    const ageMs = clock.wallMs() - (pass?.startedAtMs ?? 0)
    // A clock that was set back: the pass goes on from now.
    if (pass && ageMs < 0) return this.#save({ ...pass, startedAtMs: clock.wallMs() })
    if (pass && (ageMs < PASS_MS || pass.done < pass.total)) return pass
    let total = 0
    for await (const _blob of ledger.blobs()) total++
    this.#next = []
    return this.#save({ startedAtMs: clock.wallMs(), total, done: 0, after: null, lost: pass?.lost ?? [] })
  }

  async #save(pass: Pass): Promise<Pass> {
    if (pass.after !== null) this.#next = this.#next.filter((ref) => ref !== pass.after)
    this.#failures = 0
    await this.#parts.ledger.setFact(FACT, pass)
    return pass
  }

  async #following(after: BlobRef | null): Promise<BlobRef | undefined> {
    if (this.#next.length === 0) {
      for await (const { ref } of this.#parts.ledger.blobs()) {
        if (after !== null && Buffer.compare(Buffer.from(ref), Buffer.from(after)) <= 0) continue
        if (this.#next.push(ref) >= REFS_AT_ONCE) break
      }
    }
    return this.#next[0]
  }
}

/** How many should have been looked at by now. */
function dueOf({ startedAtMs, total }: Pass, wallMs: number): number {
  return Math.min(total, Math.floor((total * (wallMs - startedAtMs)) / PASS_MS))
}
