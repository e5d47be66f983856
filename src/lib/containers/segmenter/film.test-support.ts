import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, join } from 'node:path'
import { FRAGMENT_STREAM_OPTIONS } from '../iso-bmff/fragment-stream-options.ts'
import { readFragmentStream } from '../iso-bmff/fragment-stream.ts'
import { words } from '../iso-bmff/media.test-support.ts'
import type { ContainerTrack, SampleBatch } from '../sample.ts'
import { type SegmentOptions, segmentBatches } from './segment-batches.test-support.ts'
import type { SegmentFormat } from './segment-format.ts'
import type { SegmentPiece } from './segment-piece.ts'

/** Tracks and samples of a file as ffmpeg copies them to a pipe; times are container time. */
export interface Film {
  readonly tracks: readonly ContainerTrack[]
  readonly batches: readonly SampleBatch[]
  /** Of the first picture, or of the first sound where there are no pictures. */
  readonly originSec: number
}

export async function readFilm(file: string, args = '-map 0 -c copy'): Promise<Film> {
  const input = ['-v', 'error', '-nostdin', '-copyts', '-i', file]
  const ffmpeg = spawn('ffmpeg', [...input, ...words(args), ...FRAGMENT_STREAM_OPTIONS, 'pipe:1'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const parts = await Array.fromAsync(readFragmentStream(ffmpeg.stdout))
  const tracks = parts.flatMap((part) => (part.kind === 'init' ? part.tracks : []))
  const batches = parts.flatMap((part) => (part.kind === 'batch' ? [part.batch] : []))
  const lead = tracks.find((track) => track.kind === 'video') ?? tracks[0]
  const first = batches.find((batch) => batch.trackId === lead?.id)?.samples[0]
  return { tracks, batches, originSec: (first?.pts ?? 0) / (lead?.timescale ?? 1) }
}

/** Every `count`th key frame of the pictures, or every `count` seconds of sound alone. */
export function bordersOf({ tracks, batches, originSec }: Film, count: number): number[] {
  const video = tracks.find((track) => track.kind === 'video')
  if (video === undefined) return Array.from({ length: 100 }, (_, index) => originSec + index * count)
  const own = batches.filter((batch) => batch.trackId === video.id).flatMap((batch) => batch.samples)
  const keys = own.filter((sample) => sample.sync).map((sample) => sample.pts / video.timescale)
  return keys.filter((_, index) => index % count === 0)
}

export function segmentFilm(
  film: Film,
  format: SegmentFormat,
  options: Partial<SegmentOptions> & Pick<SegmentOptions, 'borders'>,
): Promise<SegmentPiece[]> {
  const { tracks, originSec } = film
  const batches = (async function* () {
    yield* film.batches
  })()
  return Array.fromAsync(segmentBatches(batches, { tracks, originSec, mediaOriginSec: 10, format, ...options }))
}

/** All bytes of one track, one segment after another. */
export function bytesOfTrack(pieces: readonly SegmentPiece[], trackId: number): Uint8Array {
  return Buffer.concat(pieces.filter((piece) => piece.trackId === trackId).flatMap((piece) => piece.bytes))
}

/** Writes segments and playlists; answers with the name of the multivariant playlist. */
export async function writeStream(folder: string, film: Film, pieces: readonly SegmentPiece[], codecs: string) {
  const suffix = pieces.some((piece) => piece.index === 'init') ? 'm4s' : 'ts'
  for (const track of film.tracks) {
    const own = Map.groupBy(pieces, (piece) => (piece.trackId === track.id ? piece.index : 'other'))
    own.delete('other')
    const lines = ['#EXTM3U', '#EXT-X-VERSION:7', '#EXT-X-TARGETDURATION:20', '#EXT-X-PLAYLIST-TYPE:VOD']
    for (const [index, parts] of own) {
      const name = index === 'init' ? `${track.id}-init.mp4` : `${track.id}-${index}.${suffix}`
      await writeFile(join(folder, name), Buffer.concat(parts.flatMap((piece) => piece.bytes)))
      const { durationSec } = parts.at(-1)?.ends ?? { durationSec: 0 }
      lines.push(index === 'init' ? `#EXT-X-MAP:URI="${name}"` : `#EXTINF:${durationSec.toFixed(6)},\n${name}`)
    }
    await writeFile(join(folder, `${track.id}.m3u8`), `${[...lines, '#EXT-X-ENDLIST'].join('\n')}\n`)
  }
  await writeFile(join(folder, 'main.m3u8'), multivariant(film, codecs))
  return 'main.m3u8'
}

function multivariant({ tracks }: Film, codecs: string): string {
  const video = tracks.find((track) => track.kind === 'video')
  const audio = tracks.filter((track) => track.kind === 'audio' && video)
  const media = audio.map(({ id }, at) => {
    const standing = at === 0 ? 'DEFAULT=YES,AUTOSELECT=YES' : 'DEFAULT=NO,AUTOSELECT=YES'
    return `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="${id}",${standing},URI="${id}.m3u8"`
  })
  const group = audio.length > 0 ? ',AUDIO="sound"' : ''
  const variant = `#EXT-X-STREAM-INF:BANDWIDTH=5000000,CODECS="${codecs}"${group}`
  return `${['#EXTM3U', '#EXT-X-VERSION:7', ...media, variant, `${(video ?? tracks[0])?.id}.m3u8`].join('\n')}\n`
}

/** The files of a folder over HTTP on loopback. */
export async function serveFolder(folder: string): Promise<{ readonly url: string } & AsyncDisposable> {
  const server = createServer((request, response) => {
    try {
      response.end(readFileSync(join(folder, basename(request.url ?? ''))))
    } catch {
      response.writeHead(404).end()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
