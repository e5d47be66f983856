import { setTimeout as wait } from 'node:timers/promises'

/** Resolves when the work is done, or so much later; rejects as the work does until then. */
export async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  const end = new AbortController()
  const limit = wait(ms, undefined, { signal: end.signal }).catch(() => {})
  work.catch(() => {}) // After the time nobody waits for it any more.
  try {
    await Promise.race([work, limit])
  } finally {
    end.abort()
  }
}
