import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { backoffMs, type RetryPolicy, retry } from './retry.ts'

const policy = (attempts: number, waitMs: RetryPolicy['waitMs'] = () => 0): RetryPolicy => ({ attempts, waitMs })

/** Fails with its number until it has run `failures` times. */
function failing(failures: number) {
  return async (run: number) => {
    if (run <= failures) throw new Error(`run ${run}`)
    return run
  }
}

describe('retry', () => {
  it('runs until it succeeds', async () => {
    await expect(retry(failing(2), policy(5))).resolves.toBe(3)
  })

  it('rejects with the last error when all attempts are used up', async () => {
    await expect(retry(failing(9), policy(3))).rejects.toThrow('run 3')
  })

  it('gives up at once when the policy says so', async () => {
    const onlyFirst = policy(9, (error) => (String(error).includes('run 2') ? null : 0))
    await expect(retry(failing(9), onlyFirst)).rejects.toThrow('run 2')
  })

  it('waits as long as the policy says', async () => {
    const waits: number[] = []
    const sleep = async (ms: number) => void waits.push(ms)
    await retry(
      failing(3),
      policy(9, (_error, failures) => failures * 100),
      { sleep },
    )
    expect(waits).toEqual([100, 200, 300])
  })

  it('does not begin when the signal has aborted', async () => {
    let runs = 0
    const count = async () => void runs++
    const signal = AbortSignal.abort(new Error('stop'))
    await expect(retry(count, policy(3), { signal })).rejects.toThrow('stop')
    expect(runs).toBe(0)
  })

  it('stops waiting when the signal aborts, with the reason that was given', async () => {
    const controller = new AbortController()
    const hour = policy(3, () => {
      setImmediate(() => controller.abort(new Error('stop')))
      return 3_600_000
    })
    await expect(retry(failing(9), hour, { signal: controller.signal })).rejects.toThrow('stop')
  })
})

describe('backoffMs', () => {
  it('doubles, stays under its limit, and never waits less than half', () => {
    const unit = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2000 }), unit, (failures, random) => {
        const ms = backoffMs(failures, { firstMs: 100, maxMs: 5000 }, () => random)
        const ceiling = Math.min(5000, 100 * 2 ** (failures - 1))
        expect(ms).toBeGreaterThanOrEqual(ceiling / 2)
        expect(ms).toBeLessThanOrEqual(ceiling)
      }),
    )
  })
})
