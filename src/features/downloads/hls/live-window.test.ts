import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LiveWindow } from './live-window.ts'
import { readSnapshot } from './read-snapshot.ts'
import { HERE, live } from './scripted-web.test-support.ts'
import type { Snapshot } from './snapshot.ts'

const NO_IMPORTS = new Map<string, string>()
const shot = (text: string): Snapshot => readSnapshot({ text, url: HERE }, NO_IMPORTS)
const msns = (arrival: ReturnType<LiveWindow['take']>) => arrival.segments.map(({ segment }) => segment.msn)

describe('LiveWindow', () => {
  it('gives what is new of each load', () => {
    const window = new LiveWindow()
    expect(msns(window.take(shot(live(10, 13)), 0))).toEqual([10, 11, 12, 13])
    expect(window.take(shot(live(10, 13)), 3000)).toMatchObject({ change: 'same', lost: null, segments: [] })
    expect(msns(window.take(shot(live(12, 15)), 6000))).toEqual([14, 15])
  })

  it('names what passed between two loads', () => {
    const window = new LiveWindow()
    window.take(shot(live(10, 13)), 0)
    expect(window.take(shot(live(17, 20)), 60_000)).toMatchObject({ change: 'grown', lost: { firstMsn: 14, count: 3 } })
  })

  it('takes an older copy of a cache for what it is', () => {
    const window = new LiveWindow()
    window.take(shot(live(10, 13)), 0)
    window.take(shot(live(12, 15)), 6000)
    expect(window.take(shot(live(11, 14)), 9000)).toMatchObject({ change: 'stale', segments: [] })
    expect(msns(window.take(shot(live(13, 16)), 12_000))).toEqual([16])
  })

  it('sees a new beginning in numbers that go back', () => {
    const window = new LiveWindow()
    window.take(shot(live(100, 105)), 0)
    const again = window.take(shot(live(0, 1)), 6000)
    expect(again).toMatchObject({ change: 'restarted', lost: null })
    expect(again.segments.map(({ segment, life }) => [segment.msn, life])).toEqual([
      [0, 1],
      [1, 1],
    ])
  })

  it('sees a new beginning in another folder, and in less than the first load held, at once', () => {
    const moved = new LiveWindow()
    moved.take(shot(live(0, 1)), 0)
    moved.take(shot(live(0, 4)), 3000)
    expect(moved.take(shot(live(0, 2, { nameOf: (msn) => `again/s${msn}.ts` })), 6000).change).toBe('restarted')
    const shrunk = new LiveWindow()
    shrunk.take(shot(live(0, 5)), 0)
    expect(shrunk.take(shot(live(0, 2)), 1000).change).toBe('restarted')
  })

  it('sees a new beginning with the same names once the numbers are older than any cache', () => {
    const window = new LiveWindow()
    window.take(shot(live(0, 1)), 0)
    for (let last = 2; last <= 12; last++) window.take(shot(live(0, last)), last * 6000)
    expect(window.take(shot(live(0, 2)), 78_000).change).toBe('restarted')
  })

  it('sees a new beginning in other names for the same numbers', () => {
    const window = new LiveWindow()
    window.take(shot(live(3, 6, { nameOf: (msn) => `monday-${msn}.ts` })), 0)
    const again = window.take(shot(live(4, 7, { nameOf: (msn) => `tuesday-${msn}.ts` })), 6000)
    expect([again.change, msns(again)]).toEqual(['restarted', [4, 5, 6, 7]])
  })

  it('does not mistake new tokens, in the query or in a folder, for a new beginning', () => {
    const window = new LiveWindow()
    window.take(shot(live(3, 6, { nameOf: (msn) => `token-a/s${msn}.ts?t=1` })), 0)
    expect(window.take(shot(live(4, 7, { nameOf: (msn) => `token-b/s${msn}.ts?t=2` })), 6000).change).toBe('grown')
  })

  it('takes numbers that leap beyond what time allows for another counting, not for a loss', () => {
    const window = new LiveWindow()
    window.take(shot(live(3, 6)), 0)
    const leap = window.take(shot(live(1_700_000_000, 1_700_000_003)), 6000)
    expect(leap).toMatchObject({ change: 'restarted', lost: null })
  })

  it('counts discontinuities on where the server forgets those that left the window', () => {
    const window = new LiveWindow()
    const broken = (msn: number) => (msn === 11 ? `#EXT-X-DISCONTINUITY\n#EXTINF:6,\ns11.ts` : `s${msn}.ts`)
    const text = (first: number, last: number) =>
      live(first, last, { nameOf: broken }).replaceAll(/#EXTINF:6,\n#EXT-X-DISC/g, '#EXT-X-DISC')
    const dsns = [text(10, 12), text(11, 13), text(12, 14), text(13, 15)].flatMap((list, index) =>
      window.take(shot(list), index * 6000).segments.map(({ segment, dsn }) => [segment.msn, dsn]),
    )
    expect(dsns).toEqual([
      [10, 0],
      [11, 1],
      [12, 1],
      [13, 1],
      [14, 1],
      [15, 1],
    ])
  })

  it('believes a last line without end only when it comes twice', () => {
    const window = new LiveWindow()
    const cut = live(10, 123).slice(0, -5)
    expect(cut.endsWith('s12')).toBe(true)
    expect(msns(window.take(shot(cut), 0)).at(-1)).toBe(122)
    expect(msns(window.take(shot(live(10, 123).trimEnd()), 3000))).toEqual([])
    expect(msns(window.take(shot(live(10, 123).trimEnd()), 6000))).toEqual([123])
  })

  it('gives each number once and in order, and loses none that was listed, whatever the windows', () => {
    const step = fc.record({
      grows: fc.integer({ min: 0, max: 9 }),
      length: fc.integer({ min: 1, max: 8 }),
      behind: fc.oneof(
        { weight: 4, arbitrary: fc.constant(0) },
        { weight: 1, arbitrary: fc.integer({ min: 1, max: 3 }) },
      ),
    })
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 0, max: 2 ** 40 }),
        (steps, base) => {
          const window = new LiveWindow()
          const taken: number[] = []
          const lost: number[] = []
          const listed = new Set<number>()
          let newest = base + 8
          steps.forEach(({ grows, length, behind }, index) => {
            newest += grows
            // A copy may lag behind the encoder; lagging behind what was seen has tests of its own.
            const last = Math.max(newest - behind, taken.at(-1) ?? newest)
            for (let msn = last - length + 1; msn <= last; msn++) listed.add(msn)
            const arrival = window.take(shot(live(Math.max(0, last - length + 1), last)), index * 6000)
            expect(arrival.change).not.toBe('restarted')
            for (let at = 0; at < (arrival.lost?.count ?? 0); at++) {
              const msn = (arrival.lost?.firstMsn ?? 0) + at
              expect(listed.has(msn)).toBe(false)
              lost.push(msn)
            }
            taken.push(...msns(arrival))
          })
          const first = taken[0] as number
          const everything = [...taken, ...lost].sort((a, b) => a - b)
          expect(taken).toEqual(taken.toSorted((a, b) => a - b))
          expect(everything).toEqual(Array.from({ length: everything.length }, (_, index) => first + index))
        },
      ),
      { numRuns: 300 },
    )
  })
})
