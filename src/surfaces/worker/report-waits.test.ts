import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { JobProgress } from '#domain/job-queue.ts'
import { reportWithWaits } from './report-waits.ts'

const CUTTING: JobProgress = { stage: 'cut', percent: 40, bytesPerSec: 1e6, secondsLeft: 9 }

describe('reports of a job', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('say why the store waits while it does, and stop saying so', async () => {
    const reports: JobProgress[] = []
    let wait: string | null = null
    const told = reportWithWaits(
      (progress) => reports.push(progress),
      async () => wait,
    )
    told.report(CUTTING)
    await vi.advanceTimersByTimeAsync(2500)
    expect(reports).toEqual([CUTTING])
    wait = 'All bots wait, 17 s.'
    await vi.advanceTimersByTimeAsync(1000)
    expect(reports.at(-1)).toEqual({ ...CUTTING, bytesPerSec: 0, note: 'All bots wait, 17 s.' })
    wait = null
    await vi.advanceTimersByTimeAsync(1000)
    expect(reports.at(-1)).toEqual(CUTTING)
    told[Symbol.dispose]()
    wait = 'later'
    await vi.advanceTimersByTimeAsync(5000)
    expect(reports).toHaveLength(3)
  })
})
