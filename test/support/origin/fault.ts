import { createHash } from 'node:crypto'

/** What goes wrong with an answer. */
export type Fault =
  /** 404, 500, 503, 429 … with `Retry-After` when it says so. */
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: string }
  /** The connection ends (FIN or RST) after that share of the body; `chunked` announces no length. */
  | { readonly kind: 'cut'; readonly share: number; readonly reset?: boolean; readonly chunked?: boolean }
  /** Nothing more comes after that share of the body, for ever. */
  | { readonly kind: 'stall'; readonly share: number }
  /** Not even a head comes. */
  | { readonly kind: 'silent' }
  | { readonly kind: 'drip'; readonly bytesPerSec: number }
  /** Content-Length is wrong by that many bytes: more than come (then the connection ends), or fewer. */
  | { readonly kind: 'length'; readonly by: number }
  /** 206 with another range in Content-Range, or other bytes than it says. */
  | { readonly kind: 'content-range'; readonly wrong: 'header' | 'bytes' }
  /** 200 with everything although a range was asked for. */
  | { readonly kind: 'ignore-range' }
  /** 200 with a page instead. */
  | { readonly kind: 'html' }
  /** 200 with nothing in it. */
  | { readonly kind: 'empty' }
  /** A body without end: these characters again and again. */
  | { readonly kind: 'endless'; readonly text: string }
  /** No HTTP at all. */
  | { readonly kind: 'garbage' }
  /** Says gzip and is not. */
  | { readonly kind: 'false-gzip' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'redirect'; readonly to: string; readonly status?: number }
  | { readonly kind: 'late'; readonly ms: number }

export interface FaultRule {
  /** Of the path without query; everything by default. */
  readonly path?: string | RegExp
  /** Of the requests that match, by chance that repeats itself; all by default. */
  readonly percent?: number
  /** Only the first so many matching requests of each path. */
  readonly attempts?: number
  /** Only so many times in all. */
  readonly times?: number
  readonly fault: Fault
}

interface ActiveRule {
  readonly rule: FaultRule
  readonly attempts: Map<string, number>
  played: number
}

/** Decides which request gets which fault; the first rule that fits wins. */
export class FaultScript {
  readonly #seed: number
  #rules: ActiveRule[] = []

  constructor(seed: number) {
    this.#seed = seed
  }

  /** The function takes it back. */
  add(rule: FaultRule): () => void {
    const active = { rule, attempts: new Map<string, number>(), played: 0 }
    this.#rules.push(active)
    return () => {
      this.#rules = this.#rules.filter((one) => one !== active)
    }
  }

  clear(): void {
    this.#rules = []
  }

  of(path: string): Fault | null {
    for (const active of this.#rules) {
      if (this.#fits(active, path)) {
        active.played += 1
        return active.rule.fault
      }
    }
    return null
  }

  #fits({ rule, attempts, played }: ActiveRule, path: string): boolean {
    const { path: wanted, percent = 100, attempts: first = Number.POSITIVE_INFINITY, times = first } = rule
    if (wanted !== undefined && !(typeof wanted === 'string' ? wanted === path : wanted.test(path))) return false
    const attempt = attempts.get(path) ?? 0
    attempts.set(path, attempt + 1)
    if (attempt >= first) return false
    if (rule.times !== undefined && played >= times) return false
    return this.#chance(path, attempt) < percent / 100
  }

  /** 0 to 1, the same in every run. */
  #chance(path: string, attempt: number): number {
    const hash = createHash('sha256').update(`${this.#seed} ${path} ${attempt}`).digest()
    return hash.readUInt32BE() / 2 ** 32
  }
}
