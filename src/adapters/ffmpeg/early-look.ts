import { directlyReadable } from '#lib/containers/matroska/directly-readable.ts'
import { type KeyFrameIndexResult, keyFrameIndexOf } from '#lib/containers/matroska/key-frame-index-of.ts'
import type { MatroskaFile } from '#lib/containers/matroska/matroska-file.ts'
import type { RandomAccess } from '#lib/containers/random-access.ts'
import type { ContainerTrack } from '#lib/containers/sample.ts'
import { describeStreams, type StreamHeader } from './describe-streams.ts'
import type { FfmpegTools } from './ffmpeg-tools.ts'
import type { OpenContainer } from './open-container.ts'
import type { MediaFile } from './run-tool.ts'

/**
 * What will most likely be asked of a Matroska file, begun while ffprobe still looks at it. Whoever asks compares what was
 * guessed with what ffprobe said: a wrong guess costs time, nothing else.
 */
export interface EarlyLook {
  /** Of the only video track. */
  readonly keyFrames: { readonly trackNumber: number; readonly result: Promise<KeyFrameIndexResult> } | null
  /** As ffmpeg describes them with these allow-lists and this sandbox; without those that it does not. */
  readonly headers: {
    readonly file: MediaFile
    readonly found: Promise<readonly (readonly [StreamHeader, ContainerTrack])[]>
  }
}

/** A film with more tracks is described when it is known which of them are wanted. */
const MAX_TRACKS = 8

/** Null where nothing is to be gained. Never rejects by itself; whoever aborts waits for what is under way. */
export function lookEarly(
  tools: FfmpegTools,
  input: MediaFile,
  file: RandomAccess,
  container: OpenContainer,
  signal: AbortSignal,
): EarlyLook | null {
  if (container.kind !== 'matroska' || container.mkv.truncated) return null
  const { mkv } = container
  const readable = readableHeaders(mkv)
  if (readable.length === 0 || readable.length > MAX_TRACKS) return null
  const found = describeStreams(tools, input, readable, signal)
    .then((tracks) => readable.flatMap((one, index) => (tracks[index] ? [[one, tracks[index]] as const] : [])))
    .catch(() => [])
  return { keyFrames: keyFramesOf(mkv, file), headers: { file: input, found } }
}

/** ffmpeg counts streams in the order of the tracks. */
function readableHeaders(mkv: MatroskaFile): StreamHeader[] {
  return [...mkv.tracks.entries()]
    .filter(([, { number, kind }]) => (kind === 'video' || kind === 'audio') && directlyReadable(mkv, number).readable)
    .map(([streamIndex, { codecId }]) => ({ streamIndex, isHevc: codecId === 'V_MPEGH/ISO/HEVC' }))
}

function keyFramesOf(mkv: MatroskaFile, file: RandomAccess): EarlyLook['keyFrames'] {
  const [video, ...others] = mkv.tracks.filter(({ kind }) => kind === 'video')
  if (video === undefined || others.length > 0 || !directlyReadable(mkv, video.number).readable) return null
  const result = keyFrameIndexOf(mkv, file, { trackNumber: video.number })
  // Whoever asks for it hears of it.
  result.catch(() => {})
  return { trackNumber: video.number, result }
}
