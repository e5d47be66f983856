import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mediaFolder, probe, words } from '../iso-bmff/media.test-support.ts'
import { tsFormat } from '../mpeg-ts/ts-format.ts'
import {
  bordersOf,
  bytesOfTrack,
  type Film,
  readFilm,
  segmentFilm,
  serveFolder,
  writeStream,
} from './film.test-support.ts'
import { fmp4Format } from './fmp4-format.ts'
import type { SegmentPiece } from './segment-piece.ts'

const CODECS = 'avc1.64000c,mp4a.40.2'
const FRAMES = 150
const media = mediaFolder()
let source = ''
let film: Film

beforeAll(async () => {
  const pictures = '-f lavfi -i testsrc2=s=320x180:r=25:d=6,format=yuv420p'
  const sound = '-f lavfi -i sine=d=6:r=48000'
  source = media.make('film.mp4', `${pictures} ${sound} -c:v libx264 -preset veryfast -g 25 -bf 3 -c:a aac -ac 2`)
  film = await readFilm(source)
})
afterAll(() => media[Symbol.dispose]())

/** A player is started on the address of a playlist; answers with what it complains about, '' when it reached the end. */
const PLAYERS: Record<string, (url: string) => Promise<string>> = {
  ffmpeg: (url) => said('ffmpeg', words(`-nostdin -v warning -i ${url} -map 0:v:0 -map 0:a? -f null -`)),
  mpv: async (url) => {
    const silent = '--vo=null --ao=null --ao-null-untimed=yes --untimed --video-sync=display-desync'
    const told = await said('mpv', words(`--no-config ${silent} --msg-level=all=warn ${url}`))
    return matching(told, NOT_ABOUT_SPEED)
  },
  VLC: async (url) => {
    const silent = '-I dummy --no-color -v --vout=vdummy --aout=adummy --rate=8 --play-and-exit'
    const told = await said('env', [`HOME=${home()}`, 'cvlc', ...words(`${silent} ${url}`)], asNobody)
    return matching(told, /discontinuity (?!detected)|corrupt|lost|invalid|libdvbpsi|decoder error|demux error/i)
  },
  GStreamer: async (url) => {
    const sinks = 'video-sink=fakesink audio-sink=fakesink flags=0x17'
    const told = await said('env', [
      'GST_PLUGIN_FEATURE_RANK=hlsdemux:NONE',
      'gst-launch-1.0',
      ...words(`playbin3 uri=${url} ${sinks}`),
    ])
    return matching(told, /EOS|ERROR|WARN/).replace('Got EOS from element "playbin3-0".', '')
  },
}

describe.each([
  ['fMP4', fmp4Format],
  ['MPEG-TS', tsFormat],
])('segments of pictures and sound in %s', (name, format) => {
  let pieces: SegmentPiece[]
  let stream: Awaited<ReturnType<typeof serveFolder>>

  beforeAll(async () => {
    const folder = mkdtempSync(join(media.path, 'stream-'))
    pieces = await segmentFilm(film, format, { borders: bordersOf(film, 2), fragmentBytes: 30_000 })
    await writeStream(folder, film, pieces, CODECS)
    stream = await serveFolder(folder)
  })
  afterAll(() => stream[Symbol.asyncDispose]())

  it.each(Object.keys(PLAYERS))('play to the end without a complaint in %s', { timeout: 60_000 }, async (player) => {
    expect(await PLAYERS[player]?.(`${stream.url}/main.m3u8`)).toBe('')
  })

  it('show every picture, and last as long as the film', async () => {
    const fields = '-count_frames -show_entries stream=codec_type,nb_read_frames:format=start_time,duration -of json'
    const told = JSON.parse(await said('ffprobe', words(`-v error ${fields} ${stream.url}/main.m3u8`)))
    const video = told.streams.find((one: { codec_type: string }) => one.codec_type === 'video')
    expect(Number(video.nb_read_frames)).toBe(FRAMES)
    expect(Number(told.format.duration)).toBeCloseTo(6, 1)
  })

  it('carry picture and sound at the distance that they had', () => {
    const starts = film.tracks.map(({ id }) => {
      const file = join(media.path, `${name}-${id}`)
      writeFileSync(file, bytesOfTrack(pieces, id))
      const [stream] = probe(file)
      return (stream?.packets[0]?.pts ?? Number.NaN) / (stream?.timescale ?? Number.NaN)
    })
    const [video, audio] = probe(source).map(({ packets, timescale }) => (packets[0]?.pts ?? Number.NaN) / timescale)
    expect(starts[0]).toBeCloseTo(10, 4)
    expect((starts[1] ?? 0) - (starts[0] ?? 0)).toBeCloseTo((audio ?? Number.NaN) - (video ?? Number.NaN), 4)
  })
})

it('copies packets bit for bit into fMP4', async () => {
  const pieces = await segmentFilm(film, fmp4Format, { borders: bordersOf(film, 1), fragmentBytes: 20_000 })
  const hashes = film.tracks.map(({ id }) => {
    const file = join(media.path, `copied-${id}.mp4`)
    writeFileSync(file, bytesOfTrack(pieces, id))
    return probe(file)[0]?.packets.map((packet) => packet.hash)
  })
  expect(hashes).toEqual(probe(source).map(({ packets }) => packets.map((packet) => packet.hash)))
})

/** VLC refuses root ... */
const asNobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}

/** ... and wants a home. */
function home(): string {
  const folder = mkdtempSync(join(media.path, 'home-'))
  chmodSync(media.path, 0o711)
  chmodSync(folder, 0o777)
  return folder
}

/** All that a command says, and its exit code unless it is 0. */
async function said(command: string, args: readonly string[], options: { uid?: number; gid?: number } = {}) {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  const text: Buffer[] = []
  child.stdout.on('data', (chunk) => text.push(chunk))
  child.stderr.on('data', (chunk) => text.push(chunk))
  const code = await new Promise((resolve, reject) => child.on('close', resolve).on('error', reject))
  return `${Buffer.concat(text)}${code === 0 ? '' : `\nexit ERROR ${code}`}`.trim()
}

/** mpv says so when the machine is too busy to play as fast as it can. */
const NOT_ABOUT_SPEED = /^(?!Audio\/Video desync|hardware, temporary|position will not)./

function matching(text: string, wanted: RegExp): string {
  return text
    .split(/[\r\n]+/)
    .filter((line) => wanted.test(line) || line.startsWith('exit ERROR'))
    .join('\n')
}
