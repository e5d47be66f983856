import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type IngestedFile, type IngestedTrack, ingestMatrixFile } from '#test/support/ingest-matrix.ts'
import { COUNTER_BITS, COUNTER_BLOCK_PIXELS, FRAME_RATE } from '#test/support/media-matrix-pictures.ts'
import { MATRIX, type MatrixName } from '#test/support/media-matrix-recipes.ts'
import { ENGLISH_CUES, GERMAN_CUES } from '#test/support/media-matrix-subtitles.ts'
import { playWithFfmpeg } from '#test/support/players/ffmpeg.ts'
import { playWithGstreamer } from '#test/support/players/gstreamer.ts'
import { type HlsJsFilm, type HlsJsPlayer, startHlsJs } from '#test/support/players/hls-js.ts'
import { playWithMpv } from '#test/support/players/mpv.ts'
import { playWithVlc } from '#test/support/players/vlc.ts'
import { loadServedStream } from '#test/support/served-stream.ts'
import { type RunningServer, startServer } from '#test/support/start-server.ts'
import {
  codedPicturesHash,
  packetsOf,
  picturesOf,
  soundPacketHashes,
  soundSamplesOf,
} from '#test/support/stream-facts.ts'

/** Where the general rules need to know more about a file. */
interface Peculiarity {
  /** No counter in the picture, or not where it is looked for. */
  readonly uncounted?: true
  /** Times of pictures and sounds may differ from the source's by this much more than rounding (why: beside it). */
  readonly slackSec?: number
  /** Key frames that are no IDR: their recovery point messages are blanked, so only the coded pictures are compared. */
  readonly openGroups?: true
  /** Distance of pictures in seconds where it is not 1/25. */
  readonly pictureSec?: number
  readonly rate?: number
  readonly seeks?: readonly number[]
  /** The copy holds what the edit list of the source hides: a picture cannot be cut out without encoding. */
  readonly showsTrimmed?: true
  /** VLC starts its clock with the sound and complains until the first picture comes. */
  readonly vlcComplains?: true
  /** Seconds of silence that were put before a late sound. */
  readonly silenceSec?: number
}

const PECULIAR: Partial<Record<MatrixName, Peculiarity>> = {
  // MP3 in AVI has times in units of whole frames.
  'avi-mpeg4-mp3': { slackSec: 0.025 },
  // Noise at 40 Mbit/s is hard work for a decoder without hardware.
  'mp4-huge-gops': { uncounted: true, rate: 1.5, seeks: [8.3, 0, 9.99, 10.01, 15] },
  'mkv-open-gop': { openGroups: true },
  'ts-open-gop': { openGroups: true },
  'mp4-one-idr': { openGroups: true },
  'mp4-uneven-frames': { pictureSec: 0.12 },
  'mkv-uneven-frames': { pictureSec: 0.12 },
  'mp4-turned': { uncounted: true },
  'mp4-late-sound': { silenceSec: 1.478 },
  'mkv-late-picture': { vlcComplains: true },
  'mp4-trimmed': { showsTrimmed: true },
}

const NAMES = Object.keys(MATRIX) as MatrixName[]
/** Debian's Chromium has no decoder for it. */
const NOT_IN_CHROMIUM = ['hevc']
const DEFAULT_SEEKS = [8.3, 0, 5.99, 6.01, 9.9, 3.33]
/** Matroska and our own times have whole milliseconds or finer. */
const ROUNDING_SEC = 0.0015

let server: RunningServer
let chromium: HlsJsPlayer
beforeAll(async () => {
  server = await startServer()
  chromium = await startHlsJs()
})
afterAll(async () => {
  await chromium?.[Symbol.asyncDispose]()
  await server?.[Symbol.asyncDispose]()
})

describe.each(NAMES)('%s', (name) => {
  const peculiar = PECULIAR[name] ?? {}
  let file: IngestedFile
  beforeAll(async () => {
    file = await ingestMatrixFile(server, name, NAMES.indexOf(name) % 2 === 0 ? 'http' : 'cli')
  })

  it('has playlists without a violation that cover the whole film', async () => {
    const { media, violations } = await loadServedStream(file.url)
    expect(violations).toEqual([])
    const lengths = [...media.values()].map(({ segments }) =>
      segments.reduce((sum, { durationSec }) => sum + durationSec, 0),
    )
    expect(Math.abs(Math.max(...lengths) - (file.video.durationSec ?? 0))).toBeLessThan(0.1)
  })

  it('keeps every packet of what is copied, bit by bit, at its time', async () => {
    const copied = file.tracks.filter(({ action }) => action === 'copy')
    const shifts = await Promise.all(copied.map((track) => shiftOf(file.path, track, peculiar)))
    // One shift for all: picture and sound stay together.
    if (copied.length > 0)
      expect(Math.max(...shifts) - Math.min(...shifts)).toBeLessThanOrEqual(ROUNDING_SEC + (peculiar.slackSec ?? 0))
    await Promise.all(copied.map((track) => expectSameBytes(file.path, track, peculiar)))
  })

  it('decodes to the same pictures and as much sound, without a gap', async () => {
    for (const track of file.tracks) {
      if (track.kind === 'video') await expectSamePictures(file.path, track, peculiar)
      else await expectSameSound(file.path, track, peculiar)
      await expectNoGap(track)
    }
  })

  it('plays to the end in ffmpeg, mpv, VLC and GStreamer without a complaint', async () => {
    const [ffmpeg, mpv, gstreamer, vlc] = await Promise.all([
      playWithFfmpeg(file.url),
      playWithMpv(file.url),
      playWithGstreamer(file.url),
      playWithVlc(file.url),
    ])
    const ended = { ended: true, errorLines: [] }
    expect({ ffmpeg, mpv, gstreamer }).toMatchObject({ ffmpeg: ended, mpv: ended, gstreamer: ended })
    expect(vlc).toMatchObject(peculiar.vlcComplains ? { ended: true } : ended)
    const frames = await shownFrames(file)
    if (frames > 0) expect([ffmpeg.frames, gstreamer.frames]).toEqual([frames, frames])
    const { media } = await loadServedStream(file.url)
    const lastOfPicture = media.get(file.tracks[0]?.name ?? '')?.segments.at(-1)?.url
    expect(vlc.asked).toContain(lastOfPicture)
  })

  it('plays, seeks and switches in hls.js as far as Chromium decodes it', async () => {
    await using film = await chromium.open(file.url)
    if (NOT_IN_CHROMIUM.includes(file.tracks[0]?.codec ?? '')) {
      expect(film.levels).toEqual([])
      expect((await film.errors()).join()).toContain('manifestIncompatibleCodecsError')
      return
    }
    await expectWholeFilm(film, file, peculiar)
    await expectSeeks(film, file, peculiar)
    await expectVoices(film, name)
    await expectSubtitles(film, name)
    expect(await complaintsOf(film)).toEqual([])
  })
})

/** The times of a copied track minus those of its source: one number, or the test fails. */
async function shiftOf(
  path: string,
  { url, sourceStream }: IngestedTrack,
  { slackSec = 0 }: Peculiarity,
): Promise<number> {
  const [source, served] = await Promise.all([packetsOf(path, sourceStream), packetsOf(url, '0')])
  expect(served.length).toBe(source.length)
  const shifts = served.map(({ ptsSec }, index) => ptsSec - (source[index]?.ptsSec ?? 0))
  expect(Math.max(...shifts) - Math.min(...shifts)).toBeLessThanOrEqual(ROUNDING_SEC + slackSec)
  return shifts[0] ?? 0
}

async function expectSameBytes(path: string, track: IngestedTrack, { openGroups }: Peculiarity): Promise<void> {
  const { url, codec, kind, sourceStream } = track
  const isPicture = kind === 'video'
  if (path.endsWith('.ts') || (openGroups && isPicture)) {
    const hash = (address: string, stream: string) =>
      isPicture ? codedPicturesHash(address, codec as 'h264') : soundPacketHashes(address, stream)
    expect(await hash(url, 'a:0')).toEqual(await hash(path, sourceStream))
  } else {
    const [source, served] = await Promise.all([packetsOf(path, sourceStream), packetsOf(url, '0')])
    expect(served.map(({ hash }) => hash)).toEqual(source.map(({ hash }) => hash))
  }
}

async function expectSamePictures(path: string, { url }: IngestedTrack, { showsTrimmed }: Peculiarity): Promise<void> {
  const [source, served] = await Promise.all([picturesOf(path), picturesOf(url)])
  const numbers = (pictures: typeof source) => pictures.map(({ number }) => number)
  const shown = showsTrimmed ? served.slice(-source.length) : served
  expect(numbers(shown)).toEqual(numbers(source))
  const shifts = shown.map(({ ptsSec }, index) => ptsSec - (source[index]?.ptsSec ?? 0))
  expect(Math.max(...shifts) - Math.min(...shifts)).toBeLessThanOrEqual(ROUNDING_SEC)
}

/** Encoders put up to two frames of priming before the first sound, and fill the last frame. */
const PRIMING_SEC = 0.07
const FRAME_OF_SOUND_SEC = 0.03

async function expectSameSound(
  path: string,
  { url, source, sourceStream, sampleRate }: IngestedTrack,
  { showsTrimmed, silenceSec = 0 }: Peculiarity,
): Promise<void> {
  const [before, after] = await Promise.all([soundSamplesOf(path, sourceStream), soundSamplesOf(url, 'a:0')])
  const moreSec = after / (sampleRate ?? 1) - before / source.sampleRate - silenceSec
  expect(moreSec).toBeGreaterThanOrEqual(-FRAME_OF_SOUND_SEC)
  if (!showsTrimmed) expect(moreSec).toBeLessThanOrEqual(PRIMING_SEC)
}

/** What is copied has the distances of its source; what is encoded has one packet after another. */
async function expectNoGap({ url, action }: IngestedTrack): Promise<void> {
  if (action === 'copy') return
  const times = (await packetsOf(url, '0')).map(({ ptsSec }) => ptsSec).sort((one, other) => one - other)
  const steps = times.slice(1).map((time, index) => time - (times[index] ?? 0))
  const usual = steps.toSorted((one, other) => one - other)[Math.floor(steps.length / 2)] ?? 0
  const odd = steps.filter((step) => step < usual * 0.5 || step > usual * 2.1)
  expect(odd).toEqual([])
}

async function shownFrames({ tracks }: IngestedFile): Promise<number> {
  const picture = tracks.find(({ kind }) => kind === 'video')
  return picture ? (await packetsOf(picture.url, 'v:0')).length : 0
}

/** hls.js says so when the machine is too slow for the rate; the counted pictures tell whether anything was lost. */
const SLOW_MACHINE = /^mediaError bufferStalledError/

async function complaintsOf(film: HlsJsFilm): Promise<readonly string[]> {
  return (await film.errors()).filter((line) => !SLOW_MACHINE.test(line))
}

async function expectWholeFilm(film: HlsJsFilm, file: IngestedFile, { rate = 8 }: Peculiarity): Promise<void> {
  const turned = file.video.tracks[0]?.kind === 'video'
  if (turned) expect([film.width, film.height]).toEqual([file.video.width, file.video.height])
  const played = await film.play(rate)
  expect({ ...played, errors: await complaintsOf(film) }).toMatchObject({ ended: true, holes: [], errors: [] })
  expect(played.frames).toBe(await shownFrames(file))
}

/** After each seek the picture of that moment stands there, and it is the picture that belongs to the moment. */
async function expectSeeks(film: HlsJsFilm, file: IngestedFile, peculiar: Peculiarity): Promise<void> {
  const { seeks = DEFAULT_SEEKS, pictureSec: apartSec = 1 / FRAME_RATE, uncounted } = peculiar
  const seen = await film.seekAndLook(seeks, COUNTER_BLOCK_PIXELS, COUNTER_BITS)
  const [picture] = file.tracks
  const pictures = picture?.kind === 'video' ? await picturesOf(picture.url) : []
  const zeroSec = pictures[0]?.ptsSec ?? 0
  for (const { wantedSec, atSec, pictureSec, number } of seen) {
    expect(atSec).toBeCloseTo(wantedSec, 3)
    if (pictureSec === null) continue
    expect(Math.abs(wantedSec - pictureSec)).toBeLessThanOrEqual(apartSec + ROUNDING_SEC)
    const there = pictures.find(({ ptsSec }) => Math.abs(ptsSec - zeroSec - pictureSec) < ROUNDING_SEC)
    if (!uncounted) expect([pictureSec, number]).toEqual([pictureSec, there?.number])
  }
}

/** Languages of the voices, in order; the second is an octave above the first. */
const VOICES: Partial<Record<MatrixName, readonly string[]>> = {
  'mp4-two-voices': ['en', 'de'],
  'mkv-ac3-dts-subtitles': ['de', 'en'],
}

async function expectVoices(film: HlsJsFilm, name: MatrixName): Promise<void> {
  const languages = VOICES[name]
  if (!languages) return
  expect(film.audioTracks.map(({ lang }) => lang)).toEqual(languages)
  // From one voice to two channels Chromium's analyser falls silent: one change is enough there.
  for (const index of name === 'mp4-two-voices' ? [1, 0, 1] : [1, 0]) {
    const heard = await film.listenTo(index)
    expect(Math.abs(heard.hertz - (index === 0 ? 440 : 880))).toBeLessThan(20)
  }
}

const SUBTITLES: Partial<Record<MatrixName, readonly (readonly [lang: string, cues: typeof GERMAN_CUES])[]>> = {
  'mp4-two-voices': [['de', GERMAN_CUES]],
  'mkv-ac3-dts-subtitles': [
    ['de', GERMAN_CUES],
    ['en', ENGLISH_CUES],
  ],
  'webm-vp9-opus': [['en', ENGLISH_CUES]],
}

async function expectSubtitles(film: HlsJsFilm, name: MatrixName): Promise<void> {
  const expected = SUBTITLES[name] ?? []
  expect(film.subtitleTracks.map(({ lang }) => lang)).toEqual(expected.map(([lang]) => lang))
  for (const [index, [, cues]] of expected.entries()) {
    const read = await film.readCues(index, cues.length)
    expect(read.map(([, , text]) => plain(text))).toEqual(cues.map(([, , text]) => text))
    for (const [at, [startSec, endSec]] of read.entries()) {
      expect(Math.abs(startSec - (cues[at]?.[0] ?? 0))).toBeLessThan(1 / FRAME_RATE)
      expect(Math.abs(endSec - (cues[at]?.[1] ?? 0))).toBeLessThan(1 / FRAME_RATE)
    }
  }
}

function plain(text: string): string {
  return text.replace(/<[^>]*>/g, '').replaceAll('&amp;', '&')
}
