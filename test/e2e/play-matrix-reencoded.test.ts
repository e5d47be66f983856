import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type IngestedFile, ingestMatrixFile } from '#test/support/ingest-matrix.ts'
import { playWithFfmpeg } from '#test/support/players/ffmpeg.ts'
import { playWithGstreamer } from '#test/support/players/gstreamer.ts'
import { type HlsJsPlayer, startHlsJs } from '#test/support/players/hls-js.ts'
import { playWithMpv } from '#test/support/players/mpv.ts'
import { playWithVlc } from '#test/support/players/vlc.ts'
import { loadServedStream } from '#test/support/served-stream.ts'
import { type RunningServer, startServer } from '#test/support/start-server.ts'
import { packetsOf, soundPacketHashes } from '#test/support/stream-facts.ts'

/** Two groups of pictures of 10 s and 50 MB each. */
const FRAMES = 500
const MAX_CHUNK_BYTES = 19_922_944
const ROUNDING_SEC = 0.0015

let server: RunningServer
let chromium: HlsJsPlayer
let file: IngestedFile
beforeAll(async () => {
  server = await startServer({ env: { OVERSIZED_SEGMENTS: 'reencode', MAX_CHUNK_SIZE: String(MAX_CHUNK_BYTES) } })
  chromium = await startHlsJs()
  file = await ingestMatrixFile(server, 'mp4-huge-gops', 'http')
})
afterAll(async () => {
  await chromium?.[Symbol.asyncDispose]()
  await server?.[Symbol.asyncDispose]()
})

describe('a film whose segments are encoded to fit into a blob', () => {
  it('is MPEG-TS without a discontinuity, no segment over the limit, and says how many were encoded', async () => {
    const { media, violations } = await loadServedStream(file.url)
    expect(violations).toEqual([])
    const segments = media.get('v0')?.segments ?? []
    expect(segments.every(({ uri, discontinuity, map }) => uri.endsWith('.ts') && !discontinuity && !map)).toBe(true)
    for (const { url } of segments) {
      const answer = await fetch(url ?? '')
      expect((await answer.arrayBuffer()).byteLength).toBeLessThanOrEqual(MAX_CHUNK_BYTES)
    }
    expect(file.video.statistics?.reencodedSegments).toBe(2)
  })

  it('has every picture at its time and the sound untouched', async () => {
    const [picture, sound] = file.tracks
    const [source, served] = await Promise.all([packetsOf(file.path, 'v:0'), packetsOf(picture?.url ?? '', 'v:0')])
    const times = (packets: typeof source) => packets.map(({ ptsSec }) => ptsSec).sort((one, other) => one - other)
    const [before, after] = [times(source), times(served)]
    expect(after.length).toBe(FRAMES)
    const shifts = after.map((time, index) => time - (before[index] ?? 0))
    expect(Math.max(...shifts) - Math.min(...shifts)).toBeLessThanOrEqual(ROUNDING_SEC)
    expect(await soundPacketHashes(sound?.url ?? '', 'a:0')).toEqual(await soundPacketHashes(file.path, 'a:0'))
  })

  it('plays to the end everywhere', async () => {
    const ended = { ended: true, errorLines: [] }
    const [ffmpeg, mpv, gstreamer, vlc] = await Promise.all([
      playWithFfmpeg(file.url),
      playWithMpv(file.url),
      playWithGstreamer(file.url),
      playWithVlc(file.url),
    ])
    expect({ ffmpeg, mpv, gstreamer, vlc }).toMatchObject({ ffmpeg: ended, mpv: ended, gstreamer: ended, vlc: ended })
    expect([ffmpeg.frames, gstreamer.frames]).toEqual([FRAMES, FRAMES])
  })

  it('plays and seeks in hls.js', async () => {
    await using film = await chromium.open(file.url)
    const played = await film.play(1.5)
    expect(await film.errors()).toEqual([])
    expect(played).toMatchObject({ ended: true, frames: FRAMES, holes: [] })
    for (const { wantedSec, pictureSec } of await film.seekAndLook([15, 0, 9.99, 10.01, 3.33], 1, 1)) {
      expect(Math.abs(wantedSec - (pictureSec ?? -1))).toBeLessThanOrEqual(0.04 + ROUNDING_SEC)
    }
    expect(await film.errors()).toEqual([])
  })
})
