import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mediaFile } from '../support/media-matrix.ts'
import { MATRIX, type MatrixName } from '../support/media-matrix-recipes.ts'
import { playWithFfmpeg } from '../support/players/ffmpeg.ts'
import { playWithGstreamer } from '../support/players/gstreamer.ts'
import { type HlsJsPlayer, startHlsJs } from '../support/players/hls-js.ts'
import { playWithMpv } from '../support/players/mpv.ts'
import { playWithVlc } from '../support/players/vlc.ts'
import { type RunningServer, startServer } from '../support/start-server.ts'

const NAMES = Object.keys(MATRIX) as MatrixName[]
/** Debian's Chromium decodes no HEVC. */
const NOT_IN_CHROMIUM: readonly MatrixName[] = ['mkv-hevc-opus']
/** Pictures that a trim has hidden are shown (the video's note says so). */
const TRIMMED: readonly MatrixName[] = ['mp4-trimmed']

let server: RunningServer
let browser: HlsJsPlayer
beforeAll(async () => {
  server = await startServer()
  browser = await startHlsJs()
})
afterAll(async () => {
  await browser[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

describe.each(NAMES)('%s', (name) => {
  let url: string
  let frames: number
  beforeAll(async () => {
    const path = await mediaFile(name)
    const video = await server.api.waitReady(await server.api.upload(path))
    url = server.url + video.playlistUrl
    const hasPicture = video.tracks.some(({ kind }) => kind === 'video')
    frames = hasPicture ? ((await playWithFfmpeg(path)).frames ?? -1) : 0
  })

  it('is played to its end by ffmpeg, mpv, VLC and GStreamer without a complaint', async () => {
    const ffmpeg = await playWithFfmpeg(url)
    expect(ffmpeg).toMatchObject({ ended: true, errorLines: [] })
    if (frames > 0 && !TRIMMED.includes(name)) expect(ffmpeg.frames).toBe(frames)
    expect(await playWithMpv(url)).toMatchObject({ ended: true, errorLines: [] })
    expect(await playWithVlc(url)).toMatchObject({ ended: true, errorLines: [] })
    expect(await playWithGstreamer(url)).toMatchObject({ ended: true, errorLines: [] })
  })

  if (NOT_IN_CHROMIUM.includes(name)) return
  it('is played to its end by hls.js in Chromium', async () => {
    await using film = await browser.open(url)
    const played = await film.play(4)
    expect(await film.errors()).toEqual([])
    expect(played).toMatchObject({ ended: true, holes: [] })
    if (frames > 0 && !TRIMMED.includes(name)) expect(played.frames).toBe(frames)
  })
})
