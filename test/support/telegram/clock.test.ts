import { describe, expect, it } from 'vitest'
import { createClock } from './clock.ts'

describe('the clock of the emulator', () => {
  it('runs faster than the wall, for whoever looks and whoever sleeps', async () => {
    const clock = createClock(1000)
    const before = { now: clock.nowMs(), wall: clock.wallMs(), real: performance.now() }
    await clock.sleep(10_000)
    const passedMs = clock.nowMs() - before.now
    expect(passedMs).toBeGreaterThanOrEqual(10_000)
    expect(performance.now() - before.real).toBeLessThan(passedMs)
    expect(clock.wallMs() - before.wall).toBeGreaterThanOrEqual(10_000)
  })

  it('wakes who sleeps when it is set forward far enough, not before', async () => {
    const clock = createClock(0.001)
    const woken: number[] = []
    const sleepers = [1000, 3000, 2000].map((ms) => clock.sleep(ms).then(() => woken.push(ms)))
    clock.jump(2500)
    await Promise.all([sleepers[0], sleepers[2]])
    expect(new Set(woken)).toEqual(new Set([1000, 2000]))
    clock.setSpeed(1_000_000)
    await sleepers[1]
    expect(woken).toHaveLength(3)
  })

  it('lets nobody sleep who was told to stop', async () => {
    const clock = createClock()
    const stop = new AbortController()
    const sleeping = clock.sleep(1e12, stop.signal)
    stop.abort(new Error('enough'))
    await expect(sleeping).rejects.toThrow('enough')
    await expect(clock.sleep(1, stop.signal)).rejects.toThrow('enough')
  })
})
