import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { VideoId } from '#domain/ids.ts'
import type { Slice } from '#domain/video.ts'
import { FILM_ID, longFilm, nameAt, portsOf, type TestFilm } from './film.test-support.ts'
import { nextSlices } from './next-slices.ts'
import { Playback, type PlaybackOptions } from './playback.ts'
import { Popularity } from './popularity.ts'
import { Preloader } from './preloader.ts'
import { Sessions } from './sessions.ts'

const settle = () => new Promise((resolve) => setTimeout(resolve, 5))

function watch(film: TestFilm, options: PlaybackOptions = {}) {
  const ports = portsOf(film)
  const fetched: string[] = []
  const blobs: typeof ports.blobs = {
    limits: ports.blobs.limits,
    get: (ref, how) => {
      fetched.push(nameAt(film, how?.range?.first ?? 0))
      return ports.blobs.get(ref, how)
    },
  }
  const cache = { ...ports.cache, tiers: () => [{ ...tier(ports.cache.tiers()), maxBytes: 1_000_000 }] }
  let nowMs = 0
  const playback = new Playback(
    { ...ports, blobs, cache, nowMs: () => nowMs },
    { preloadSegments: 3, maxConcurrentPreloads: 2, sessionIdleTimeoutSec: 600, ...options },
  )
  const ask = async (trackName: string, index: number | 'init', viewer = 'me') =>
    playback.viewing.saw(viewer, await playback.videos.get(FILM_ID), { trackName, index })
  return { playback, fetched, ask, film, later: (ms: number) => (nowMs += ms) }
}

function tier<T>(tiers: readonly T[]): T {
  return tiers[0] as T
}

describe('preload', () => {
  it('fetches the next segments of the tracks that are watched, in play order, and no others', async () => {
    const { ask, fetched, playback } = watch(longFilm())
    await ask('v0', 4)
    await ask('a1', 4)
    await settle()
    expect([...fetched].sort()).toEqual(['a1:5', 'a1:6', 'a1:7', 'v0:5', 'v0:6', 'v0:7'])
    // Picture and sound of one moment before those of the next.
    expect(fetched.indexOf('v0:6')).toBeLessThan(fetched.indexOf('a1:7'))
    expect(fetched.indexOf('a1:5')).toBeLessThan(fetched.indexOf('v0:7'))
    expect(playback.cache.stats()).toMatchObject({ preloads: 6, preloadsRunning: 0, hits: 0, misses: 0 })
  })

  it('begins with the init segment, ends with the film, and fetches nothing twice', async () => {
    const { ask, fetched } = watch(longFilm(5))
    await ask('v0', 'init')
    await settle()
    expect(fetched).toEqual(['v0:0', 'v0:1', 'v0:2'])
    for (let index = 0; index < 5; index++) await ask('v0', index)
    await settle()
    expect(fetched).toEqual(['v0:0', 'v0:1', 'v0:2', 'v0:3', 'v0:4'])
  })

  it('runs no more than allowed at the same time, for all viewers together', async () => {
    const film = longFilm()
    let running = 0
    let most = 0
    film.beforeChunk = async () => {
      most = Math.max(most, ++running)
      await settle()
      running--
    }
    const { ask, playback } = watch(film)
    for (let viewer = 0; viewer < 10; viewer++) await ask('v0', viewer * 2, `viewer ${viewer}`)
    await settle()
    while (playback.cache.stats().preloadsRunning > 0) await settle()
    expect(most).toBe(2)
  })

  it('is dropped on a seek: what is on its way there stops, what waits is forgotten', async () => {
    const film = longFilm()
    const gate = Promise.withResolvers<void>()
    film.beforeChunk = () => gate.promise
    const { ask, fetched, playback } = watch(film)
    await ask('v0', 2)
    await settle()
    expect(fetched).toEqual(['v0:3', 'v0:4'])
    await ask('v0', 20)
    await settle()
    gate.resolve()
    await settle()
    expect(fetched).toEqual(['v0:3', 'v0:4', 'v0:21', 'v0:22', 'v0:23'])
    expect(playback.cache.stats().preloads).toBe(3)
    const [third] = film.segments.find((each) => each.index === 3 && each.trackId.endsWith('v0'))?.slices ?? []
    expect(playback.slices.isHeld(third as Slice)).toBe(false)
  })

  it('goes on with what another viewer wants too', async () => {
    const film = longFilm()
    const gate = Promise.withResolvers<void>()
    film.beforeChunk = () => gate.promise
    const { ask, fetched } = watch(film)
    await ask('v0', 2, 'one')
    await ask('v0', 2, 'other')
    await settle()
    await ask('v0', 20, 'one')
    gate.resolve()
    await settle()
    for (const name of ['v0:3', 'v0:4', 'v0:5', 'v0:21'])
      expect(fetched.filter((each) => each === name)).toEqual([name])
  })

  it('is left out when nothing would keep it', async () => {
    const film = longFilm()
    const { ask, fetched } = watch(film, { streamingThresholdBytes: film.video.byteLength - 1 })
    await ask('v0', 2)
    await settle()
    expect(fetched).toEqual([])
  })

  it('hears of a failure in silence, and tries again when the viewer goes on', async () => {
    const film = longFilm()
    film.beforeChunk = () => Promise.reject(new Error('no way there'))
    const { ask, fetched, playback } = watch(film)
    await ask('v0', 2)
    await settle()
    expect([...fetched].sort()).toEqual(['v0:3', 'v0:4', 'v0:5'])
    film.beforeChunk = () => undefined
    await ask('v0', 3)
    await settle()
    expect(playback.cache.stats()).toMatchObject({ preloads: 3, preloadsRunning: 0 })
  })

  it('takes the sessions in turns and never exceeds its limit, whatever they want', async () => {
    const slices = Array.from(
      { length: 20 },
      (_, n) => ({ sha256: `${n}`, packId: `${n % 4}`, offset: n, length: 1 }) as never as Slice,
    )
    const wish = fc.record({ session: fc.nat(5), wants: fc.subarray(slices), ends: fc.nat(3) })
    await fc.assert(
      fc.asyncProperty(fc.array(wish, { maxLength: 30 }), fc.integer({ min: 1, max: 4 }), async (wishes, limit) => {
        const far = new FarAway(limit)
        for (const each of wishes) await far.wish(each)
        for (let round = 0; round < 30; round++) await far.endSome(Number.POSITIVE_INFINITY)
        for (const slice of far.wanted()) expect(far.held.has(slice)).toBe(true)
      }),
      { numRuns: 100 },
    )
  })
})

/** A preloader whose fetches end when they are told to. */
class FarAway {
  readonly held = new Set<Slice>()
  readonly #running = new Map<Slice, () => void>()
  readonly #wanted = new Map<number, readonly Slice[]>()
  readonly #preloader: Preloader
  readonly #limit: number

  constructor(limit: number) {
    this.#limit = limit
    const isHeld = (slice: Slice) => this.held.has(slice)
    const fetch = (slice: Slice, signal: AbortSignal) => this.#fetch(slice, signal)
    this.#preloader = new Preloader({ isHeld, fetch, groupOf: ({ packId }) => packId }, limit)
  }

  wanted(): readonly Slice[] {
    return [...this.#wanted.values()].flat()
  }

  async wish({ session, wants, ends }: { session: number; wants: readonly Slice[]; ends: number }): Promise<void> {
    this.#wanted.set(session, wants)
    this.#preloader.want(`${session}`, wants)
    await this.endSome(ends)
    expect(this.#running.size).toBeLessThanOrEqual(this.#limit)
    expect(new Set([...this.#running.keys()].map(({ packId }) => packId)).size).toBe(this.#running.size)
  }

  async endSome(count: number): Promise<void> {
    for (const end of [...this.#running.values()].slice(0, count)) end()
    await new Promise((resolve) => setImmediate(resolve))
  }

  #fetch(slice: Slice, signal: AbortSignal): Promise<void> {
    const ending = Promise.withResolvers<void>()
    this.#running.set(slice, () => {
      this.#running.delete(slice)
      this.held.add(slice)
      ending.resolve()
    })
    signal.addEventListener('abort', () => {
      this.#running.delete(slice)
      ending.reject(signal.reason)
    })
    return ending.promise
  }
}

describe('nextSlices', () => {
  it('gives no more than asked of each track, all after the last one, in play order', () => {
    const film = longFilm(12)
    const tracks = film.tracks.map((track) => ({
      track,
      init: null,
      segments: film.segments.filter(({ trackId, index }) => trackId === track.id && index !== 'init'),
    }))
    const video = { tracks } as unknown as Parameters<typeof nextSlices>[0]
    fc.assert(
      fc.property(fc.integer({ min: -1, max: 15 }), fc.integer({ min: -1, max: 15 }), fc.nat(6), (v, a, count) => {
        const at = new Map([
          ['video', { trackName: 'v0', index: v }],
          ['audio', { trackName: 'a0', index: a }],
        ] as const)
        const names = nextSlices(video, { at }, count).map(({ offset }) => nameAt(film, offset))
        const indices = (name: string) =>
          names.filter((each) => each.startsWith(name)).map((each) => Number(each.split(':')[1]))
        const expected = (after: number) => Array.from({ length: count }, (_, n) => after + 1 + n).filter((n) => n < 12)
        expect(indices('v0')).toEqual(expected(v))
        expect(indices('a0')).toEqual(expected(a))
        const order = names.map((each) => Number(each.split(':')[1]))
        expect(order).toEqual([...order].sort((one, other) => one - other))
      }),
    )
  })
})

describe('Sessions', () => {
  it('tell viewers and videos apart, and end after the idle time', () => {
    let nowMs = 0
    const ended: string[] = []
    const sessions = new Sessions({ idleMs: 1000, nowMs: () => nowMs, onEnd: (key) => ended.push(key) })
    const see = (viewer: string, index: number, videoId = FILM_ID) =>
      sessions.see({ viewer, videoId, kind: 'video', trackName: 'v0', index })
    expect(see('one', 0)).toMatchObject({ isNew: true, hasMoved: true })
    expect(see('one', 0)).toMatchObject({ isNew: false, hasMoved: false })
    see('other', 0)
    see('one', 0, 'other0000000001' as VideoId)
    expect([sessions.active, sessions.started]).toEqual([3, 3])
    nowMs = 900
    expect(see('one', 1)).toMatchObject({ isNew: false, hasMoved: true })
    nowMs = 1500
    // Before anybody has cleaned up.
    expect(sessions.active).toBe(1)
    sessions.endIdle()
    expect(ended).toEqual([`${FILM_ID} other`, 'other0000000001 one'])
    expect(sessions.active).toBe(1)
    nowMs = 2000
    // Nobody has cleaned up yet, but the pause was too long.
    expect(see('one', 2).isNew).toBe(true)
    expect(sessions.started).toBe(4)
  })
})

describe('Popularity', () => {
  it('counts what is watched now more than what was watched once, and survives a restart', async () => {
    let nowMs = 0
    let saved: string | null = null
    const save = async (value: string) => {
      saved = value
    }
    const text = { load: async () => saved, save }
    const before = new Popularity(() => nowMs)
    const [old, fresh] = ['old', 'fresh'] as VideoId[] as [VideoId, VideoId]
    for (let view = 0; view < 3; view++) before.viewed(old)
    nowMs = 14 * 24 * 3_600_000
    before.viewed(fresh)
    expect(before.scoreOf(old)).toBeCloseTo(0.75)
    await before.save(text)
    const after = new Popularity(() => nowMs)
    await after.load(text)
    expect([after.scoreOf(old), after.scoreOf(fresh)]).toEqual([before.scoreOf(old), before.scoreOf(fresh)])
    nowMs = 0
    expect(after.scoreOf(fresh)).toBe(1)
  })

  it('begins anew when what was saved is no good', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.json()), async (saved) => {
        const popularity = new Popularity(() => 0)
        await popularity.load({ load: async () => saved, save: async () => undefined })
        popularity.viewed(FILM_ID)
        expect(popularity.scoreOf(FILM_ID)).toBeGreaterThanOrEqual(1)
      }),
    )
  })
})
