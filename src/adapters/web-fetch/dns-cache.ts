import { LRUCache } from 'lru-cache'

/** One answer of the name service. */
export interface ResolvedAddress {
  readonly address: string
  readonly family: 4 | 6
}

/** Asks the name service for every address of a name. */
export type Lookup = (name: string) => Promise<readonly ResolvedAddress[]>

export interface DnsFigures {
  readonly entries: number
  readonly hits: number
  readonly misses: number
}

const MAX_NAMES = 1000

/** Remembers answers of the name service for `ttlMs`; failures are not remembered. One question per name at a time. */
export class DnsCache {
  readonly #lookup: Lookup
  readonly #answers: LRUCache<string, readonly ResolvedAddress[]> | null
  readonly #asking = new Map<string, Promise<readonly ResolvedAddress[]>>()
  #hits = 0
  #misses = 0

  constructor(lookup: Lookup, ttlMs: number) {
    this.#lookup = lookup
    this.#answers = ttlMs > 0 ? new LRUCache({ max: MAX_NAMES, ttl: ttlMs }) : null
  }

  /** Every address of a name, at least one. Rejects as `lookup` does. */
  async resolve(name: string): Promise<readonly ResolvedAddress[]> {
    const known = this.#answers?.get(name) ?? this.#asking.get(name)
    if (known) {
      this.#hits++
      return known
    }
    this.#misses++
    const asking = this.#ask(name).finally(() => this.#asking.delete(name))
    this.#asking.set(name, asking)
    return asking
  }

  figures(): DnsFigures {
    this.#answers?.purgeStale()
    return { entries: this.#answers?.size ?? 0, hits: this.#hits, misses: this.#misses }
  }

  async #ask(name: string): Promise<readonly ResolvedAddress[]> {
    const answers = await this.#lookup(name)
    if (answers.length === 0) throw Object.assign(new Error(`${name} has no address`), { code: 'ENOTFOUND' })
    this.#answers?.set(name, answers)
    return answers
  }
}
