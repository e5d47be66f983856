import { describe, expect, it } from 'vitest'
import { parseTimestampMap, parseWebVtt } from '#lib/webvtt/parse-web-vtt.ts'
import { FILM_ID, portsOf, TestFilm } from './film.test-support.ts'
import { Playback } from './playback.ts'

const CUES = `WEBVTT

00:00:01.000 --> 00:00:02.000
one

00:00:05.500 --> 00:00:07.000
over the border

00:00:13.000 --> 00:00:14.000
three
`

function subtitledFilm() {
  const film = new TestFilm()
  film.addSegments(film.addVideo(), 3)
  film.addSubtitles('s0', 'en', CUES)
  let reads = 0
  const ports = portsOf(film)
  const tracks = (id: typeof FILM_ID) => {
    reads++
    return ports.catalog.tracks(id)
  }
  const catalog = { ...ports.catalog, tracks }
  let nowMs = 0
  const playback = new Playback({ ...ports, catalog, nowMs: () => nowMs })
  return { film, playback, loads: () => reads, wait: (ms: number) => (nowMs += ms) }
}

describe('subtitle segments', () => {
  it('show every cue in each segment in which it is visible, on the clock of the film', async () => {
    const { playback } = subtitledFilm()
    const video = await playback.videos.get(FILM_ID)
    const texts = await Promise.all([0, 1, 2].map((index) => playback.subtitles.segment(video, 's0', index)))
    expect(texts.map((text) => [...parseWebVtt(text ?? '')].map((cue) => cue.text))).toEqual([
      ['one', 'over the border'],
      ['over the border'],
      ['three'],
    ])
    for (const text of texts) expect(parseTimestampMap(text ?? '')).toEqual({ localMs: 0, mpegTs: 900_000 })
  })

  it('exist only for tracks and times that are there', async () => {
    const { playback } = subtitledFilm()
    const video = await playback.videos.get(FILM_ID)
    for (const [name, index] of [
      ['s1', 0],
      ['s0', 3],
      ['s0', 'init'],
      ['v0', 0],
    ] as const) {
      expect(await playback.subtitles.segment(video, name, index)).toBeNull()
    }
  })

  it('read the file once for many segments, and again after a failure', async () => {
    const { film, playback } = subtitledFilm()
    const video = await playback.videos.get(FILM_ID)
    const damaged = film.bytes
    film.bytes = film.bytes.map(() => 0)
    await expect(playback.subtitles.segment(video, 's0', 0)).rejects.toMatchObject({ code: 'blob-damaged' })
    film.bytes = damaged
    film.storeReads = 0
    await Promise.all([0, 1, 2, 0, 1].map((index) => playback.subtitles.segment(video, 's0', index)))
    expect(film.storeReads).toBe(1)
  })

  it('are also to be had as one SubRip file', async () => {
    const { playback } = subtitledFilm()
    const { subtitles } = await playback.videos.get(FILM_ID)
    const text = subtitles[0] && (await playback.subtitles.asSubRip(subtitles[0].webvtt))
    expect(text).toMatch(/^1\r\n00:00:01,000 --> 00:00:02,000\r\none\r\n\r\n2\r\n/)
  })
})

describe('PlayableVideos', () => {
  it('asks the catalog once for many requests, and again when told of a change', async () => {
    const { film, playback, loads } = subtitledFilm()
    await Promise.all(Array.from({ length: 50 }, () => playback.videos.get(FILM_ID)))
    expect(loads()).toBe(1)
    film.video = { ...film.video, title: 'Anders' }
    playback.changed(FILM_ID)
    expect((await playback.videos.get(FILM_ID)).video.title).toBe('Anders')
    expect(loads()).toBe(2)
  })

  it('sees within seconds what another process changed', async () => {
    const { film, playback, loads, wait } = subtitledFilm()
    await playback.videos.get(FILM_ID)
    wait(3000)
    await playback.videos.get(FILM_ID)
    expect(loads()).toBe(1)
    film.video = { ...film.video, title: 'Anders', updatedAt: new Date(5) }
    wait(3000)
    expect((await playback.videos.get(FILM_ID)).video.title).toBe('Anders')
  })

  it('looks several times a second at a video that grows', async () => {
    const { film, playback, wait } = subtitledFilm()
    film.video = { ...film.video, state: 'ingesting' }
    expect((await playback.videos.get(FILM_ID)).playableSec).toBe(18)
    film.addSegments(film.tracks[0] as NonNullable<(typeof film.tracks)[0]>, 1)
    expect(playback.videos.peek(FILM_ID)?.playableSec).toBe(18)
    wait(400)
    expect(playback.videos.peek(FILM_ID)).toBeUndefined()
    expect((await playback.videos.get(FILM_ID)).playableSec).toBe(24)
  })

  it('does not keep what was told to be old while it was loaded', async () => {
    const { film, playback } = subtitledFilm()
    const early = playback.videos.get(FILM_ID)
    film.video = { ...film.video, title: 'Anders' }
    playback.changed(FILM_ID)
    await early
    expect((await playback.videos.get(FILM_ID)).video.title).toBe('Anders')
  })

  it('knows nothing of a video that is on its way out', async () => {
    const { film, playback } = subtitledFilm()
    await playback.videos.get(FILM_ID)
    film.video = { ...film.video, state: 'deleting' }
    playback.changed(FILM_ID)
    await expect(playback.videos.get(FILM_ID)).rejects.toMatchObject({ code: 'video-not-found' })
  })
})
