import type { ResponseParameters } from './api-failure.ts'
import type { Happening } from './happening.ts'
import { createRandom } from './random.ts'

/** What goes wrong with one call. `stored`: Telegram did as it was told, only the answer fails. */
export type Fault =
  /** The connection ends (or is reset) when so many bytes of the file are in, half of the body by default. */
  | { readonly do: 'cut-before'; readonly afterBytes?: number; readonly reset?: boolean }
  /** Done, but the connection ends (or is reset) without an answer. */
  | { readonly do: 'cut-after'; readonly reset?: boolean }
  /** Never answers. */
  | { readonly do: 'hang'; readonly stored?: boolean }
  /** Any error with its words. */
  | {
      readonly do: 'answer'
      readonly code: number
      readonly description: string
      readonly parameters?: ResponseParameters
      readonly stored?: boolean
    }
  /** An error page of the front end. */
  | { readonly do: 'html'; readonly status: number; readonly stored?: boolean }
  /** A waiting time, or the least and the most of one by chance. */
  | { readonly do: 'flood'; readonly retryAfterSec: number | readonly [number, number]; readonly stored?: boolean }
  | { readonly do: 'delay'; readonly ms: number }
  /** The answer comes at this rate. */
  | { readonly do: 'drip'; readonly bytesPerSec: number }
  /** Only so many bytes of the answer, half by default; `clean` also says that this is all. */
  | { readonly do: 'short-body'; readonly bytes?: number; readonly clean?: boolean; readonly reset?: boolean }
  /** One bit of a download is wrong on the way. */
  | { readonly do: 'flip-bit'; readonly bit?: number }
  /** One bit of an upload is stored wrong. */
  | { readonly do: 'store-flipped'; readonly bit?: number }
  /** An upload is stored as something else, as films sent for watching are. */
  | { readonly do: 're-encode' }
  /** `file_size` in the answer is wrong by so much. */
  | { readonly do: 'wrong-size'; readonly delta: number }
  /** Something happens just before the call is carried out, which then goes on. */
  | { readonly do: 'happen'; readonly events: readonly Happening[] }

/** Which calls a fault is for. */
export interface FaultRule {
  /** In any case; `download` for the files themselves. All by default. */
  readonly method?: string | readonly string[]
  readonly botId?: number
  readonly chatId?: number
  /** The first that is meant: 1 (the default) is the next one. */
  readonly nth?: number
  /** So many in a row, 1 by default; `null` without end. */
  readonly times?: number | null
  readonly fault: Fault
}

/** Faults by chance, each with its share of the calls. */
export interface RandomFaults {
  readonly seed: number
  readonly faults: readonly {
    readonly share: number
    readonly method?: string | readonly string[]
    readonly fault: Fault
  }[]
}

export interface FaultTarget {
  readonly method: string
  readonly botId: number
  readonly chatId: number | null
}

/** Decides what goes wrong. */
export class FaultScript {
  #rules: { readonly rule: FaultRule; seen: number }[] = []
  #chance: { readonly random: () => number; readonly faults: RandomFaults['faults'] } | undefined

  add(...rules: readonly FaultRule[]): void {
    this.#rules.push(...rules.map((rule) => ({ rule, seen: 0 })))
  }

  random({ seed, faults }: RandomFaults): void {
    this.#chance = { random: createRandom(seed), faults }
  }

  clear(): void {
    this.#rules = []
    this.#chance = undefined
  }

  /** The fault of this call, if any; to be asked once for each call. */
  next(target: FaultTarget): Fault | undefined {
    let chosen: Fault | undefined
    for (const entry of this.#rules) {
      if (!isMeant(entry.rule, target)) continue
      entry.seen += 1
      const first = entry.rule.nth ?? 1
      const times = entry.rule.times === undefined ? 1 : (entry.rule.times ?? Number.POSITIVE_INFINITY)
      if (entry.seen >= first && entry.seen < first + times) chosen ??= entry.rule.fault
    }
    return chosen ?? this.#byChance(target)
  }

  #byChance(target: FaultTarget): Fault | undefined {
    if (!this.#chance) return undefined
    let at = this.#chance.random()
    for (const { share, method, fault } of this.#chance.faults) {
      if (!isMethod(method, target.method)) continue
      if (at < share) return fault
      at -= share
    }
    return undefined
  }
}

/** Whole seconds of the waiting time. */
export function secondsOf(sec: number | readonly [number, number], random: () => number): number {
  if (typeof sec === 'number') return sec
  const [least, most] = sec
  return least + Math.floor(random() * (most - least + 1))
}

function isMeant(rule: FaultRule, { method, botId, chatId }: FaultTarget): boolean {
  if (rule.botId !== undefined && rule.botId !== botId) return false
  if (rule.chatId !== undefined && rule.chatId !== chatId) return false
  return isMethod(rule.method, method)
}

function isMethod(wanted: string | readonly string[] | undefined, method: string): boolean {
  if (wanted === undefined) return true
  const names = typeof wanted === 'string' ? [wanted] : wanted
  return names.some((name) => name.toLowerCase() === method.toLowerCase())
}
