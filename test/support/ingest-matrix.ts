import type { TrackInfo, VideoDetails } from '#surfaces/http/contract/video.ts'
import { mediaFile } from './media-matrix.ts'
import type { MatrixName } from './media-matrix-recipes.ts'
import type { RunningServer } from './start-server.ts'
import { type Stream, streamsOf } from './stream-facts.ts'
import { uploadByCli } from './upload-by-cli.ts'

/** A file of the matrix and the stream that it became. */
export interface IngestedFile {
  readonly path: string
  readonly video: VideoDetails
  /** The multivariant playlist. */
  readonly url: string
  readonly tracks: readonly IngestedTrack[]
}

/** A video or audio track beside the stream of the file that it came from. */
export interface IngestedTrack extends TrackInfo {
  /** Its media playlist. */
  readonly url: string
  readonly source: Stream
  /** For ffmpeg: `v:0`, `a:1`. */
  readonly sourceStream: string
}

/** Uploads a file, every second one by the command line and the others by HTTP, and waits until it is a stream. */
export async function ingestMatrixFile(
  server: RunningServer,
  name: MatrixName,
  way: 'cli' | 'http',
): Promise<IngestedFile> {
  const path = await mediaFile(name)
  const id = way === 'http' ? await server.api.upload(path) : await uploadedByCli(server, path)
  const video = await server.api.waitReady(id)
  const url = `${server.url}/playlist/local/${id}.m3u8`
  const streams = await streamsOf(path)
  const tracks = video.tracks.flatMap((track) => {
    const found = sourceOf(track, streams)
    return found ? { ...track, ...found, url: url.replace('.m3u8', `/${track.name}.m3u8`) } : []
  })
  return { path, video, url, tracks }
}

async function uploadedByCli(server: RunningServer, path: string): Promise<string> {
  const { code, videoId, stderr } = await uploadByCli(server, path)
  if (code !== 0) throw new Error(`upload ended with ${code}: ${stderr}`)
  return videoId
}

/** Every sound of the file comes once as AAC, in order; then those originals that are something else. */
function sourceOf({ kind, name, codec }: TrackInfo, streams: readonly Stream[]) {
  const sounds = streams.filter((stream) => stream.kind === 'audio')
  const number = Number(name.slice(1))
  const nth = number < sounds.length ? number : sounds.findIndex((sound) => sound.codec === codec)
  const source = kind === 'video' ? streams.find((stream) => stream.kind === 'video') : sounds[nth]
  if (kind === 'subtitles' || !source) return null
  return { source, sourceStream: kind === 'video' ? 'v:0' : `a:${nth}` }
}
