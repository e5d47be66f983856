import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RemoteRefusedError } from '#domain/errors.ts'
import { planStream } from './plan-stream.ts'
import {
  all,
  JumpingPace,
  live,
  NEVER,
  recordings,
  request,
  scriptedWeb,
  signals,
  textAt,
} from './scripted-web.test-support.ts'
import type { SegmentWish, StreamPlan } from './segment-wish.ts'

const SEGMENT_MS = 6000
const WINDOW = 6

/** What happens from a moment on, for so many segments' time. */
const trouble = fc.record({
  atSegment: fc.integer({ min: 1, max: 30 }),
  segments: fc.integer({ min: 1, max: 6 }),
  kind: fc.constantFrom('refused', 'page', 'old copy'),
})

function stream(
  pace: JumpingPace,
  first: number,
  last: number,
  troubles: readonly { atSegment: number; segments: number; kind: string }[],
) {
  const startMs = pace.now()
  return () => {
    const age = (pace.now() - startMs) / SEGMENT_MS
    const now = troubles.find(({ atSegment, segments }) => age >= atSegment && age < atSegment + segments)
    if (now?.kind === 'refused') return new RemoteRefusedError('503', 503)
    if (now?.kind === 'page') return '<html>'
    // No cache keeps a live playlist for longer than a few segments.
    const lag = now?.kind === 'old copy' ? Math.min(2, age - now.atSegment) : 0
    const newest = Math.min(last, first + WINDOW - 1 + Math.floor(age - lag))
    return live(newest - WINDOW + 1, newest, { end: newest === last })
  }
}

async function firstOf(plan: StreamPlan, count: number): Promise<SegmentWish[]> {
  const list: SegmentWish[] = []
  for await (const wish of plan.wishes(new Map(), signals())) {
    list.push(wish)
    if (list.length === count) break
  }
  return list
}

describe('a live stream over any trouble', () => {
  it('gives every number once, in order, and tells only as lost what no playlist could show in time', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(trouble, { maxLength: 3 }),
        fc.integer({ min: 0, max: 5000 }),
        async (troubles, first) => {
          const pace = new JumpingPace()
          const last = first + 40
          const script = stream(pace, first, last, troubles)
          const shown = new Set<number>()
          const web = scriptedWeb(() => {
            const reply = script()
            if (typeof reply === 'string')
              for (const [, msn] of reply.matchAll(/^s(\d+)\.ts$/gm)) shown.add(Number(msn))
            return reply
          })
          const plan = await planStream(textAt(live(first, first + WINDOW - 1)), request(), web, NEVER, { pace })
          const list = await all(plan.wishes(new Map(), signals()))
          const { length } = list
          expect(list.map(({ msn, position, startSec, period }) => [msn, position, startSec, period])).toEqual(
            Array.from({ length }, (_, index) => [first + index, index, index * 6, 0]),
          )
          expect(list.at(-1)?.msn).toBe(last)
          for (const { msn, gap } of list) if (gap !== null) expect(shown.has(msn)).toBe(false)
        },
      ),
      { numRuns: 150 },
    )
  })

  it('goes on wherever it was killed, whatever of the last wishes had been fetched', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 39 }),
        fc.integer({ min: 0, max: 12 }),
        fc.infiniteStream(fc.boolean()),
        fc.boolean(),
        async (killedAt, pauseSegments, luck, onlyPrefix) => {
          const pace = new JumpingPace()
          const web = scriptedWeb(stream(pace, 0, 40, []))
          const startedMs = pace.now()
          const open = () => planStream(textAt(live(0, WINDOW - 1)), request(), web, NEVER, { pace })
          const before = await firstOf(await open(), killedAt)
          // Of the last four any may be missing, as with several connections at once.
          const kept = before.filter((_, index) => index < before.length - 4 || luck.next().value === true)
          await pace.wait(pauseSegments * SEGMENT_MS, NEVER)
          const text = await web.text({ url: 'https://cdn.example/show/index.m3u8' }, NEVER)
          const plan = await planStream(text, request(), web, NEVER, { pace, before: { url: text.url, live: true } })
          // Who fetches may tell of all that is there, or only of what has no hole before it.
          const known = onlyPrefix ? kept.filter(({ position }, index) => position === index) : kept
          const wishes = await all(plan.wishes(recordings(known), signals()))
          const there = new Map(kept.map((wish) => [wish.position, wish]))
          for (const { position, msn } of wishes) expect(there.get(position)?.msn ?? msn).toBe(msn)
          const after = wishes.filter(({ position }) => !there.has(position))
          const whole = [...kept, ...after].sort((a, b) => a.position - b.position)
          const firstMsn = whole[0]?.msn ?? 0
          expect(whole.map(({ msn, position }) => [msn, position])).toEqual(
            whole.map((_, index) => [firstMsn + index, index]),
          )
          expect(whole.at(-1)?.msn).toBe(40)
          expect(pace.now()).toBeGreaterThanOrEqual(startedMs)
        },
      ),
      { numRuns: 150 },
    )
  })
})
