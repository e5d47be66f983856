import { describe, expect, it } from 'vitest'
import type { VideoId } from '#domain/ids.ts'
import type { Video } from '#domain/video.ts'
import { longFilm, nameAt, portsOf, TestFilm } from './film.test-support.ts'
import { Playback, type PlaybackOptions } from './playback.ts'

function tier<T>(tiers: readonly T[]): T {
  return tiers[0] as T
}

describe('warming', () => {
  /** Films that share one pack and one set of rows; only their ids differ. */
  function libraryOf(ids: readonly string[], options: PlaybackOptions = {}, cacheBytes = 1_000_000) {
    const films = new Map(ids.map((id) => [id, filmNamed(id)]))
    const ports = portsOf(new TestFilm())
    const film = (id: string) => films.get(id) as TestFilm
    const reads: string[] = []
    const playback = new Playback(
      {
        ...ports,
        catalog: {
          ...ports.catalog,
          videos: async () => ({ videos: [...films.values()].map(({ video }) => video), total: films.size }),
          video: async (id) => film(id).video,
          plan: async (id) => film(id).plan as never,
          tracks: async (id) => film(id).tracks,
          segments: async (trackId) =>
            [...films.values()].flatMap(({ segments }) => segments.filter((each) => each.trackId === trackId)),
          attachments: async () => [],
          pack: async (id) => ({ ...film(id).pack, byteLength: film(id).bytes.byteLength }),
        },
        blobs: {
          limits: { maxBytes: 20_000_000, parallelPuts: 1, wholeReads: true },
          get: async (ref, { range } = {}) => {
            reads.push(ref)
            return (async function* () {
              const { bytes } = film(ref.slice('telegram:'.length))
              for (let at = range?.first ?? 0; at < bytes.length; at += 500) yield bytes.subarray(at, at + 500)
            })()
          },
        },
        cache: { ...ports.cache, tiers: () => [{ ...tier(ports.cache.tiers()), maxBytes: cacheBytes }] },
      },
      { warmingSegments: 4, ...options },
    )
    const warmOf = (id: string) => {
      const held = film(id).segments.filter(({ slices }) => slices.every((slice) => playback.slices.isHeld(slice)))
      return held.map(({ slices }) => nameAt(film(id), slices[0]?.offset ?? 0))
    }
    return { playback, reads, warmOf, film }
  }

  function filmNamed(id: string): TestFilm {
    const film = longFilm(6)
    film.video = { ...film.video, id: id as VideoId } satisfies Video
    film.tracks = film.tracks.map((track) => ({ ...track, videoId: id as VideoId, id: `${id}-${track.name}` as never }))
    film.pack = { ...film.pack, id: id as never, videoId: id as VideoId, ref: `telegram:${id}` }
    film.segments = film.segments.map((segment) => ({
      ...segment,
      trackId: `${id}-${segment.trackId.slice(-2)}` as never,
      slices: segment.slices.map((slice) => ({ ...slice, packId: id as never })),
    }))
    return film
  }

  const HEAD = ['v0:init', 'a0:init', 'v0:0', 'a0:0']

  it('fetches the head of every video with one read each, and leaves the rest of the pack', async () => {
    const { playback, reads, warmOf } = libraryOf(['film-one', 'film-two'])
    await playback.viewing.tidy()
    expect([...reads].sort()).toEqual(['telegram:film-one', 'telegram:film-two'])
    for (const id of ['film-one', 'film-two']) expect(warmOf(id)).toEqual(HEAD)
    await playback.viewing.tidy()
    expect(reads).toHaveLength(2)
    expect(playback.cache.stats()).toMatchObject({ warmed: 8, hits: 0, misses: 0 })
  })

  it('fetches more of what is popular', async () => {
    const { playback, warmOf } = libraryOf(['film-one', 'film-two'])
    playback.viewing.saw('me', await playback.videos.get('film-two' as VideoId), { trackName: 'v0', index: 0 })
    await playback.viewing.tidy()
    expect(warmOf('film-one')).toEqual(HEAD)
    expect(warmOf('film-two').filter((name) => name.startsWith('v0'))).toEqual([
      'v0:init',
      'v0:0',
      'v0:1',
      'v0:2',
      'v0:3',
    ])
  })

  it('takes no more than its share of the cache, the newest and most popular first', async () => {
    const ids = Array.from({ length: 10 }, (_, n) => `film-no-${n}`)
    // A quarter is 8,800 bytes, half of which goes to heads of 2,200.
    const { playback, warmOf } = libraryOf(ids, {}, 35_200)
    playback.viewing.saw('me', await playback.videos.get('film-no-7' as VideoId), { trackName: 'v0', index: 0 })
    await playback.viewing.tidy()
    expect(ids.filter((id) => warmOf(id).length > 0)).toEqual(['film-no-0', 'film-no-7'])
  })

  it('is off when it is told to be', async () => {
    const { playback, reads } = libraryOf(['film-one'], { warmingSegments: 0 })
    await playback.viewing.tidy()
    expect(reads).toEqual([])
  })
})
