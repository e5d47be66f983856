import fc from 'fast-check'
import { parse, setOptions } from 'hls-parser'
import { describe, expect, it } from 'vitest'
import type { MediaPlaylist } from '#lib/hls/media-playlist.ts'
import type { MultivariantPlaylist } from '#lib/hls/multivariant-playlist.ts'
import { parsePlaylist } from '#lib/hls/parse-playlist.ts'
import { FILM_ID, portsOf, TestFilm } from './film.test-support.ts'
import { mediaPlaylist } from './media-playlist.ts'
import { multivariantPlaylist } from './multivariant-playlist.ts'
import { loadPlayableVideo } from './playable-video.ts'

const AC3 = { codec: 'ac3', codecs: 'ac-3', channels: 6, bandwidth: 500_000, averageBandwidth: 448_000 }
const BASE = `http://127.0.0.1:8080/playlist/local/${FILM_ID}.m3u8`

setOptions({ strictMode: true })

const load = (film: TestFilm) => loadPlayableVideo(FILM_ID, portsOf(film).catalog)

/** The text, after our own parser found nothing to complain of and another one could read it. */
function sound(text: string | null, base = BASE): { text: string; value: MediaPlaylist | MultivariantPlaylist } {
  expect(text).not.toBeNull()
  const value = parsePlaylist(text ?? '', base)
  expect(value.violations).toEqual([])
  // It stumbles over a lone apostrophe inside double quotes; foreign titles have some.
  if (!text?.includes("'")) parse(text ?? '')
  return { text: text ?? '', value }
}

const variantsOf = async (film: TestFilm) => sound(multivariantPlaylist(await load(film))).value as MultivariantPlaylist
const listOf = async (film: TestFilm, name: string) => {
  const base = `http://127.0.0.1:8080/playlist/local/${FILM_ID}/${name}.m3u8`
  return sound(mediaPlaylist(await load(film), name), base).value as MediaPlaylist
}

/** H.264, two languages in AC-3 with their AAC, two subtitles. */
function bilingualFilm(): TestFilm {
  const film = new TestFilm()
  film.addSegments(film.addVideo(), 3)
  for (const track of [
    film.addAudio('a0', 'en', { streamIndex: 1, isDefault: true }),
    film.addAudio('a1', 'de', { streamIndex: 2 }),
    film.addAudio('a2', 'en', { streamIndex: 1, isDefault: true, ...AC3 }),
  ]) {
    film.addSegments(track, 3)
  }
  film.addSubtitles('s0', 'en', 'WEBVTT\n', { isDefault: true })
  film.addSubtitles('s1', 'en', 'WEBVTT\n', { forced: true })
  film.addSubtitles('s2', 'de', 'WEBVTT\n', { hearingImpaired: true, title: 'für Gehörlose' })
  return film
}

describe('multivariantPlaylist', () => {
  it('repeats the variant per audio codec, AAC first, every group with every voice', async () => {
    const { variants, renditions } = await variantsOf(bilingualFilm())
    expect(variants.map(({ audioGroup, codecs }) => [audioGroup, codecs])).toEqual([
      ['aac', ['avc1.640028', 'mp4a.40.2']],
      ['ac3', ['avc1.640028', 'ac-3', 'mp4a.40.2']],
    ])
    const audio = renditions.filter(({ type }) => type === 'AUDIO')
    expect(audio.map((each) => [each.groupId, each.name, each.language, each.isDefault, each.uri])).toEqual([
      ['aac', 'English', 'en', true, `${FILM_ID}/a0.m3u8`],
      ['aac', 'German', 'de', false, `${FILM_ID}/a1.m3u8`],
      ['ac3', 'English', 'en', true, `${FILM_ID}/a2.m3u8`],
      ['ac3', 'German', 'de', false, `${FILM_ID}/a1.m3u8`],
    ])
  })

  it('sums the rates of the dearest combination and says what the picture is', async () => {
    const [aac, ac3] = (await variantsOf(bilingualFilm())).variants
    expect(aac).toMatchObject({ bandwidth: 4_180_000, averageBandwidth: 3_160_000, frameRate: 23.976 })
    expect(aac).toMatchObject({ resolution: { width: 1920, height: 800 }, videoRange: null, closedCaptions: 'none' })
    expect(ac3).toMatchObject({ bandwidth: 4_500_000, averageBandwidth: 3_448_000 })
  })

  it('names subtitles once, with what they are for', async () => {
    const { variants, renditions } = await variantsOf(bilingualFilm())
    expect(variants.every(({ subtitlesGroup }) => subtitlesGroup === 'subs')).toBe(true)
    const subtitles = renditions.filter(({ type }) => type === 'SUBTITLES')
    expect(subtitles.map(({ name, isDefault, forced, autoselect }) => [name, isDefault, forced, autoselect])).toEqual([
      ['English', true, false, true],
      ['English 2', false, true, true],
      ['für Gehörlose', false, false, true],
    ])
    expect(subtitles.map(({ characteristics }) => characteristics.length)).toEqual([0, 0, 2])
  })

  it('says PQ of a film in HDR', async () => {
    const film = new TestFilm()
    film.addSegments(film.addVideo({ videoRange: 'PQ', codec: 'hevc', codecs: 'hvc1.2.4.L150.B0' }), 1)
    expect((await variantsOf(film)).variants).toMatchObject([{ videoRange: 'PQ', audioGroup: null }])
  })

  it('makes the sound itself the variant when there is no picture', async () => {
    const film = new TestFilm()
    film.addSegments(film.addAudio('a0', 'en', { streamIndex: 0 }), 1)
    const alone = await variantsOf(film)
    expect(alone.variants).toMatchObject([{ uri: `${FILM_ID}/a0.m3u8`, codecs: ['mp4a.40.2'], audioGroup: null }])
    expect(alone.renditions).toEqual([])
    film.addSegments(film.addAudio('a1', 'de', { streamIndex: 1 }), 1)
    const { variants, renditions } = await variantsOf(film)
    expect(variants).toMatchObject([{ uri: `${FILM_ID}/a0.m3u8`, audioGroup: 'aac' }])
    expect(renditions.map(({ uri }) => uri)).toEqual([null, `${FILM_ID}/a1.m3u8`])
  })

  it('never says BANDWIDTH=0 when the container did not tell the rate', async () => {
    const film = new TestFilm()
    film.addSegments(film.addVideo({ bandwidth: 0, averageBandwidth: 0 }), 2, 6000)
    expect((await variantsOf(film)).variants).toMatchObject([{ bandwidth: 8000, averageBandwidth: 8000 }])
  })

  it('gives every group the same voices and one default, whatever the tracks', async () => {
    const audio = fc.record({
      codec: fc.constantFrom('ac3', 'opus', 'dts'),
      stream: fc.integer({ min: 1, max: 4 }),
      language: fc.constantFrom('en', 'de', 'und', 'pt-BR', 'zxx'),
      title: fc.option(fc.string({ unit: 'binary', maxLength: 12 })),
      isDefault: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(audio, { maxLength: 8 }), async (originals) => {
        const film = new TestFilm()
        film.addSegments(film.addVideo(), 1)
        const streams = Map.groupBy(originals, ({ stream }) => stream)
        const voices = [...streams.values()].map(([first]) => ({ ...first, codec: 'aac' }))
        for (const [number, voice] of [...voices, ...originals].entries()) {
          const { codec, stream = 0, language = 'und', title = null, isDefault = false } = voice
          const facts = { codec, codecs: `x-${codec}`, streamIndex: stream, title, isDefault }
          film.addSegments(film.addAudio(`a${number}`, language, facts), 1)
        }
        const { renditions } = await variantsOf(film)
        for (const group of Map.groupBy(renditions, ({ groupId }) => groupId).values()) {
          expect(group.filter(({ isDefault }) => isDefault)).toHaveLength(1)
          expect(group).toHaveLength(voices.length)
        }
      }),
      { numRuns: 50 },
    )
  })
})

describe('mediaPlaylist', () => {
  it('lists a finished video as VOD with addresses relative to its own', async () => {
    const list = await listOf(bilingualFilm(), 'v0')
    expect(list).toMatchObject({ type: 'vod', ended: true, targetDurationSec: 7, mediaSequence: 0, version: 7 })
    expect(list.segments.map(({ url }) => url)).toEqual(
      ['00000', '00001', '00002'].map((n) => `http://127.0.0.1:8080/segment/${FILM_ID}/v0-${n}.m4s`),
    )
    expect(list.segments[0]?.map?.url).toBe(`http://127.0.0.1:8080/segment/${FILM_ID}/v0-init.mp4`)
  })

  it('lists subtitles on the grid of the picture', async () => {
    const film = bilingualFilm()
    const list = await listOf(film, 's2')
    const picture = await listOf(film, 'v0')
    expect(list.segments.map(({ durationSec }) => durationSec)).toEqual(
      picture.segments.map(({ durationSec }) => durationSec),
    )
    expect(list.segments.map(({ uri }) => uri.split('/').at(-1))).toEqual([
      's2-00000.vtt',
      's2-00001.vtt',
      's2-00002.vtt',
    ])
    expect(list).toMatchObject({ type: 'vod', targetDurationSec: 7, version: 3 })
  })

  it('lists MPEG-TS without an init segment', async () => {
    const film = new TestFilm()
    film.plan = { targetDurationSec: 7, packaging: 'ts' }
    const track = film.addVideo()
    for (const index of [0, 1]) film.addSegment(track, index, 100)
    const list = await listOf(film, 'v0')
    expect(list).toMatchObject({ version: 3, ended: true })
    expect(list.segments.map(({ uri, map }) => [uri.split('/').at(-1), map])).toEqual([
      ['v0-00000.ts', null],
      ['v0-00001.ts', null],
    ])
  })

  it('has nothing for names that are no track, and for subtitles of pictures', async () => {
    const film = bilingualFilm()
    film.addTrack('s3', { kind: 'subtitles', codec: 'hdmv_pgs_subtitle', codecs: '' })
    const video = await load(film)
    for (const name of ['v1', 's3', 'a9', '', '__proto__']) expect(mediaPlaylist(video, name)).toBeNull()
  })

  it('knows its target without a plan, as after a rebuild', async () => {
    const film = bilingualFilm()
    film.plan = null
    expect(await listOf(film, 'v0')).toMatchObject({ targetDurationSec: 6 })
  })
})

describe('a video that is being ingested', () => {
  it('only ever gains lines, in all tracks up to the same time, and ends as VOD', async () => {
    const schedule = fc.array(fc.constantFrom('v0', 'a0', 'a1'), { minLength: 1, maxLength: 30 })
    await fc.assert(
      fc.asyncProperty(schedule, async (arrivals) => {
        const film = new TestFilm()
        film.video = { ...film.video, state: 'ingesting' }
        const tracks = new Map([
          ['v0', film.addVideo()],
          ['a0', film.addAudio('a0', 'en')],
          ['a1', film.addAudio('a1', 'de')],
        ])
        const seen = new Map<string, string>()
        const count = (name: string) => film.segments.filter(({ trackId }) => trackId.endsWith(name)).length - 1
        for (const name of arrivals) {
          film.addSegments(tracks.get(name) as NonNullable<ReturnType<TestFilm['addVideo']>>, 1)
          const video = await load(film)
          const common = Math.max(0, Math.min(...[...tracks.keys()].map(count)))
          expect(video.playableSec).toBe(common * 6)
          if (common === 0) {
            expect(multivariantPlaylist(video)).toBeNull()
            continue
          }
          for (const each of tracks.keys()) {
            const { text, value } = sound(mediaPlaylist(video, each))
            expect(value).toMatchObject({ type: 'event', ended: false, start: { timeOffsetSec: 0 } })
            expect((value as MediaPlaylist).segments).toHaveLength(common)
            expect(text.startsWith(seen.get(each) ?? '')).toBe(true)
            seen.set(each, text)
          }
        }
      }),
      { numRuns: 40 },
    )
  })

  it('waits for the format of every track', async () => {
    const film = new TestFilm()
    film.video = { ...film.video, state: 'ingesting' }
    film.addSegments(film.addVideo({ codecs: '' }), 3)
    expect(multivariantPlaylist(await load(film))).toBeNull()
  })

  it('does not list beyond a hole', async () => {
    const film = new TestFilm()
    film.video = { ...film.video, state: 'ingesting' }
    const track = film.addVideo()
    for (const index of ['init', 0, 1, 3] as const) film.addSegment(track, index, 10)
    expect((await listOf(film, 'v0')).segments).toHaveLength(2)
  })

  it('ends where it failed, so that what is there can be watched', async () => {
    const film = bilingualFilm()
    film.video = { ...film.video, state: 'failed' }
    film.addSegments(film.tracks[0] as NonNullable<(typeof film.tracks)[0]>, 2)
    const list = await listOf(film, 'v0')
    expect(list).toMatchObject({ type: 'event', ended: true })
    expect(list.segments).toHaveLength(3)
  })
})
