import { expect, it } from 'vitest'
import { RemoteRefusedError, RemoteUnreachableError } from '#domain/errors.ts'
import type { Pace } from './pace.ts'
import { tryEach } from './retry-wait.ts'

const refusal = (retryAfterMs: number | null) => new RemoteRefusedError('Slower.', 429, { retryAfterMs })

/** Tries two addresses that fail in this way; tells how often each was asked, and the waits between. */
async function tries(failures: readonly [Error, Error]) {
  const asked = [0, 0]
  const waits: number[] = []
  const wait: Pace['wait'] = async (ms) => void waits.push(ms)
  const pace: Pace = { now: () => 0, random: () => 0.5, wait } as Pace
  const attempt = async (at: number): Promise<never> => {
    asked[at] = (asked[at] ?? 0) + 1
    throw failures[at]
  }
  const signal = new AbortController().signal
  await expect(tryEach([0, 1], attempt, { pace, signal })).rejects.toBe(failures[0])
  return { asked, waits }
}

it('waits between rounds, as long as the server asks for', async () => {
  const { asked, waits } = await tries([refusal(20_000), new RemoteUnreachableError('Gone.')])
  expect(asked).toEqual([3, 3])
  expect(waits).toHaveLength(2)
})

it('does not ask a server again that wants more time than an attempt has, the others it does', async () => {
  const { asked } = await tries([refusal(90_000), new RemoteUnreachableError('Gone.')])
  expect(asked).toEqual([1, 3])
  expect(await tries([refusal(90_000), refusal(600_000)])).toEqual({ asked: [1, 1], waits: [] })
})
