import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { webTo } from '#test/support/fetch-lab.ts'
import { type Origin, startOrigin } from '#test/support/origin/start-origin.ts'
import { expiringTokens } from '#test/support/origin/streams/expiring.ts'
import { type LiveOptions, liveStream } from '#test/support/origin/streams/live.ts'
import { multivariant, variables } from '#test/support/origin/streams/multivariant.ts'
import { redirected, severalMaps, tsStream, vodWithoutEnd } from '#test/support/origin/streams/simple.ts'
import type { StreamTruth } from '#test/support/origin/truth.ts'
import { type Pace, REAL_PACE } from './pace.ts'
import { planStream } from './plan-stream.ts'
import { all, NEVER, request, signals } from './scripted-web.test-support.ts'
import type { SegmentWish } from './segment-wish.ts'

const SPEED = 4
/** The wall clock, faster: the origin makes its live segments as much faster. */
const FAST: Pace = {
  now: () => REAL_PACE.now() * SPEED,
  wait: (ms, signal) => REAL_PACE.wait(ms / SPEED, signal),
  random: () => 0,
}

let origin: Origin
let web: ReturnType<typeof webTo>
beforeAll(async () => {
  origin = await startOrigin()
  web = webTo(origin.hostPort)
})
afterAll(async () => {
  await web[Symbol.asyncDispose]()
  await origin[Symbol.asyncDispose]()
})

async function planOf({ url }: StreamTruth) {
  return planStream(await web.text({ url, fresh: true }, NEVER), request({ url }), web, NEVER, { pace: FAST })
}

async function bytesOf(url: string): Promise<Buffer> {
  await using answer = await web.open({ url }, NEVER)
  expect(answer.status).toBe(200)
  return Buffer.concat(await Array.fromAsync(answer.body))
}

/** What a plain download of clear segments gives: init sections where they change. */
async function sha256Of(wishes: readonly SegmentWish[]): Promise<string> {
  const hash = createHash('sha256')
  let init: string | null = null
  for (const wish of wishes.filter(({ gap }) => gap === null)) {
    if (wish.init && wish.init.key !== init) hash.update(await bytesOf(wish.init.url))
    init = wish.init?.key ?? null
    hash.update(await bytesOf(wish.url))
  }
  return hash.digest('hex')
}

describe('plans over real sockets', () => {
  it.each([
    ['MPEG-TS', tsStream],
    ['several init sections', severalMaps],
    ['redirects', redirected],
    ['variables', variables],
    ['VOD without an end', vodWithoutEnd],
    ['variants, languages and subtitles', multivariant],
  ])('wish for the bytes that are meant: %s', async (_name, publish) => {
    const truth = await publish(origin)
    const byRendition = Map.groupBy(
      await all((await planOf(truth)).wishes(new Map(), signals())),
      ({ rendition }) => rendition,
    )
    expect([...byRendition.keys()].sort()).toEqual(Object.keys(truth.renditions).sort())
    for (const [id, { sha256, segmentCount }] of Object.entries(truth.renditions)) {
      const wishes = byRendition.get(id) ?? []
      expect(wishes).toHaveLength(segmentCount)
      if (wishes.every(({ key }) => key === null)) expect(await sha256Of(wishes)).toBe(sha256)
    }
  })

  it('find a segment again when its token has expired', async () => {
    const plan = await planOf(await expiringTokens(origin, { requestsPerToken: 1 }))
    const [first] = await all(plan.wishes(new Map(), signals()))
    await REAL_PACE.wait(300, NEVER)
    const again = await plan.refresh(first as SegmentWish, NEVER)
    expect(again?.url).not.toBe(first?.url)
    expect(again).toMatchObject({ position: 0, msn: first?.msn, uriPath: first?.uriPath })
  })

  it.each<[string, Partial<LiveOptions>]>([
    ['slides and ends', { mediaSequence: 7794 }],
    ['begins anew', { restartAt: 9 }],
    ['jumps', { segments: 20, jump: { at: 8, lost: 3 } }],
    ['sends delta updates', { skip: true }],
    ['meets a discontinuity', { discontinuityAt: 8 }],
  ])('record a live stream that %s', async (name, options) => {
    const folder = `/live-${name.replaceAll(' ', '-')}/`
    const truth = await liveStream(origin, { folder, segments: 14, speed: SPEED, ...options })
    const list = await all((await planOf(truth)).wishes(new Map(), signals()))
    expect(list.filter(({ gap }) => gap !== null).map(({ msn }) => msn)).toEqual(truth.renditions.main.gaps)
    expect(list.map(({ position }) => position)).toEqual([...list.keys()])
    expect(await sha256Of(list)).toBe(truth.renditions.main.sha256)
    expect(new Set(list.map(({ period }) => period)).size).toBe(options.restartAt || options.discontinuityAt ? 2 : 1)
  })
})
