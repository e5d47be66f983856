import { askedWaitMs } from '#domain/asked-wait.ts'
import { ProductError, RemoteRefusedError } from '#domain/errors.ts'
import type { Pace } from './pace.ts'

const FIRST_WAIT_MS = 500
/** A server that asks for more is asked again all the same: a live stream does not wait. */
const MAX_WAIT_MS = 30_000
const MAX_ROUNDS = 3

/** How long to wait after the `faults`-th failure in a row (from 1): doubling, spread, and what the server asks for. */
export function retryWaitMs(error: unknown, faults: number, random: number, longestMs = MAX_WAIT_MS): number {
  const asked = askedWaitMs(error) ?? 0
  const grown = Math.min(FIRST_WAIT_MS * 2 ** Math.min(faults - 1, 20), longestMs)
  return Math.min(Math.max(asked, grown * (0.5 + random / 2)), MAX_WAIT_MS)
}

/** A fault of the network or the server that may pass by itself, and before the server wants to be asked again. */
function mayPass(error: unknown): boolean {
  return error instanceof ProductError && error.retry !== 'never' && (askedWaitMs(error) ?? 0) <= MAX_WAIT_MS
}

/** The address is not good (any more): it expired, moved, or never was. */
export function isAddressGone(error: unknown): boolean {
  return error instanceof RemoteRefusedError && [401, 403, 404, 410].includes(error.status)
}

/**
 * Tries what `attempt` does with each of the `choices` in turn, in three rounds. Rejects with the first failure, at once when
 * waiting as long as the servers ask for would be too long: then the job waits.
 */
export async function tryEach<C, T>(
  choices: readonly C[],
  attempt: (choice: C) => Promise<T>,
  { pace, signal }: { readonly pace: Pace; readonly signal: AbortSignal },
): Promise<T> {
  let hopeful = choices
  const errors: unknown[] = []
  for (let round = 1; ; round++) {
    const outcome = await tryRound(hopeful, attempt, signal)
    if ('value' in outcome) return outcome.value
    errors.push(...outcome.failures.map(({ error }) => error))
    hopeful = outcome.failures.filter(({ error }) => mayPass(error)).map(({ choice }) => choice)
    if (hopeful.length === 0 || round === MAX_ROUNDS) throw errors[0]
    await pace.wait(retryWaitMs(errors.at(-1), round, pace.random()), signal)
  }
}

type Round<C, T> =
  | { readonly value: T }
  | { readonly failures: readonly { readonly choice: C; readonly error: unknown }[] }

async function tryRound<C, T>(
  choices: readonly C[],
  attempt: (choice: C) => Promise<T>,
  signal: AbortSignal,
): Promise<Round<C, T>> {
  const failures: { choice: C; error: unknown }[] = []
  for (const choice of choices) {
    try {
      return { value: await attempt(choice) }
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof ProductError)) throw error
      failures.push({ choice, error })
    }
  }
  return { failures }
}
