import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LoadSample } from '#domain/machine-load.ts'
import { LoadGovernor, mostAtOnce } from './governor.ts'
import { mostOf, nextGovernorState } from './governor-rule.ts'

const LIMITS = { cpuThresholdPercent: 80, memoryThresholdPercent: 80, mostDownloads: 4, mostConnections: 32 }
const sample = (cpuPercent: number | null, memoryPercent: number | null = 10): LoadSample => ({
  ...{ cpuPercent, memoryPercent, ownCpuPercent: null, ownMemoryBytes: null },
})
const percent = fc.option(fc.integer({ min: 0, max: 100 }), { nil: null })
const samples = fc.array(fc.tuple(percent, percent), { maxLength: 60 })
const limits = fc.record({
  cpuThresholdPercent: fc.integer({ min: 1, max: 100 }),
  memoryThresholdPercent: fc.integer({ min: 1, max: 100 }),
  mostDownloads: fc.integer({ min: 1, max: 20 }),
  mostConnections: fc.integer({ min: 1, max: 100 }),
})

it.each([
  [1, 1],
  [8, 8],
  [100, 32],
])('with a pool of %i connections a download has at most %i', (pool, connections) => {
  expect(mostAtOnce(pool)).toEqual({ mostDownloads: 4, mostConnections: connections })
})

describe('the rule of the governor', () => {
  it('stays between one download with two connections and the most, and moves only for a reason', () => {
    fc.assert(
      fc.property(limits, samples, (given, seen) => {
        let state = mostOf(given)
        for (const [cpu, memory] of seen) {
          const { state: next, why } = nextGovernorState(state, sample(cpu, memory), given)
          expect(next.downloads).toBeGreaterThanOrEqual(1)
          expect(next.connections).toBeGreaterThanOrEqual(Math.min(2, given.mostConnections))
          expect(next.downloads).toBeLessThanOrEqual(given.mostDownloads)
          expect(next.connections).toBeLessThanOrEqual(given.mostConnections)
          const isMoved = next.downloads !== state.downloads || next.connections !== state.connections
          expect(why !== null).toBe(isMoved)
          const isBusy = (cpu ?? 0) > given.cpuThresholdPercent || (memory ?? 0) > given.memoryThresholdPercent
          if (isBusy) expect(next.downloads).toBeLessThanOrEqual(Math.max(1, state.downloads / 2))
          else expect(next.downloads - state.downloads).toBeOneOf([0, 1])
          state = next
        }
      }),
    )
  })

  it('comes down to the least within a few looks at a machine that stays busy, and back when it stays quiet', () => {
    fc.assert(
      fc.property(limits, (given) => {
        let state = mostOf(given)
        for (let look = 0; look < 7; look++) state = nextGovernorState(state, sample(100, 100), given).state
        const isBusy = given.cpuThresholdPercent < 100 || given.memoryThresholdPercent < 100
        const least = { downloads: 1, connections: Math.min(2, given.mostConnections) }
        if (isBusy) expect(state).toMatchObject(least)
        for (let look = 0; look < 3 * 20; look++) state = nextGovernorState(state, sample(0, 0), given).state
        expect(state).toMatchObject({ downloads: given.mostDownloads, connections: given.mostConnections })
      }),
    )
  })

  it('leaves all as it is between quiet and busy, and asks for three quiet looks in a row', () => {
    const stateAfter = (...loads: readonly number[]) =>
      loads.reduce((state, cpu) => nextGovernorState(state, sample(cpu), LIMITS).state, mostOf(LIMITS))
    expect(stateAfter(81)).toMatchObject({ downloads: 2, connections: 16 })
    expect(stateAfter(81, ...Array<number>(50).fill(75))).toMatchObject({ downloads: 2, connections: 16 })
    expect(stateAfter(81, 70, 70, 71, 70, 70)).toMatchObject({ downloads: 2, connections: 16 })
    expect(stateAfter(81, 70, 70, 70)).toMatchObject({ downloads: 3, connections: 20 })
    expect(stateAfter(80, 80)).toMatchObject({ downloads: 4, connections: 32 })
  })

  it('keeps a machine that its own downloads make busy in a band, and seldom above what is too much', () => {
    // Each connection costs 4 %, beside 20 % that others need: 15 are too many.
    let state = mostOf(LIMITS)
    let busyLooks = 0
    for (let look = 0; look < 240; look++) {
      const cpu = Math.min(100, 20 + 4 * state.connections)
      if (cpu > 80) busyLooks++
      state = nextGovernorState(state, sample(cpu), LIMITS).state
      if (look < 3) continue
      expect(state.connections).toBeGreaterThanOrEqual(8)
      expect(state.connections).toBeLessThanOrEqual(16)
    }
    expect(busyLooks).toBeLessThan(240 / 6)
  })
})

describe('the governor', () => {
  const settings = { enabled: true, checkIntervalSec: 5, ...LIMITS }

  it('tells whoever listens, keeps why, and forgets the oldest reasons', async () => {
    let cpu = 93
    let looks = 0
    const governor = new LoadGovernor({ look: async () => sample(cpu) }, settings, () => new Date(looks * 5000))
    const heard: number[] = []
    const end = governor.onChange(() => heard.push(governor.downloads))
    await governor.look()
    expect(governor.figures()).toMatchObject({
      ...{ enabled: true, cpuPercent: 93, memoryPercent: 10 },
      ...{ downloads: { now: 2, most: 4 }, connections: { now: 16, most: 32 } },
      history: [{ at: new Date(0), downloads: 2, connections: 16, why: 'cpu 93 % (over 80 %)' }],
    })
    end()
    for (looks = 1; looks < 3000; looks++) {
      cpu = looks % 4 === 0 ? 93 : 5
      await governor.look()
    }
    expect(heard).toEqual([2])
    expect(governor.figures().history).toHaveLength(300)
    expect(governor.figures().history.at(-1)?.at.getTime()).toBeGreaterThan(2990 * 5000)
  })

  it('never looks and always allows the most when it is off', async () => {
    const governor = new LoadGovernor(
      { look: () => Promise.reject(new Error('asked')) },
      { ...settings, enabled: false },
    )
    await governor.watch(new AbortController().signal)
    expect(governor.figures()).toMatchObject({ enabled: false, downloads: { now: 4 }, cpuPercent: null, history: [] })
  })

  it('stops looking when it is told to, and survives a look that fails', async () => {
    const stop = new AbortController()
    let looks = 0
    const look = async () => {
      if (++looks === 3) stop.abort()
      throw new Error('no such file')
    }
    await new LoadGovernor({ look }, { ...settings, checkIntervalSec: 0.001 }).watch(stop.signal)
    expect(looks).toBe(3)
  })
})
