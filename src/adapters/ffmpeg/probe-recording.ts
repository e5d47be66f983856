import { appendFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { MediaDamagedError } from '#domain/errors.ts'
import { mainVideo } from '#domain/main-video.ts'
import type { MediaInfo, MediaStream } from '#domain/media-info.ts'
import type { FollowedRecording, RecordedRendition, RecordedSegment } from '#domain/recording.ts'
import type { FfmpegTools } from './ffmpeg-tools.ts'
import { probeMedia } from './probe-media.ts'
import { type ProbedRendition, streamIndexOf } from './recording-context.ts'
import { stretchBytes, tagOf } from './stretch-bytes.ts'
import { type Stretch, stretchesOf } from './recording-stretches.ts'
import { wrapShift } from './timeline.ts'

/** A first segment may be short, or begin before the first key frame. */
const SEGMENTS_TRIED = [1, 3]

/**
 * Waits for the first segments of a rendition and asks ffprobe what they hold: as a file of known kind, never as a playlist.
 * Null for sound of which nothing came before the recording ended: the picture does without it.
 */
export async function probeRendition(
  tools: FfmpegTools,
  recording: FollowedRecording,
  {
    rendition,
    folder,
    signal,
  }: { readonly rendition: RecordedRendition; readonly folder: string; signal: AbortSignal },
): Promise<ProbedRendition | null> {
  const path = join(folder, `${rendition.id}.media`)
  for (const [attempt, count] of SEGMENTS_TRIED.entries()) {
    const first = await writeFirst(recording, { rendition: rendition.id, path, count, signal })
    if (first === null) return nothingOf(rendition)
    const isLast = attempt === SEGMENTS_TRIED.length - 1
    const media = await probeMedia(tools, path, signal).catch((error) => {
      if (isLast || signal.aborted) throw error
      return null
    })
    const isEnough = media !== null && (rendition.kind !== 'main' || mainVideo(media.info) !== null)
    if (media === null || !(isEnough || isLast)) continue
    const { startSec } = await tagOf(recording.filePath(first.file ?? ''))
    return { rendition, media, tagSec: media.file.family === 'mpegts' ? null : startSec }
  }
  throw new MediaDamagedError('Nothing of the stream can be read.')
}

function nothingOf({ kind }: RecordedRendition): null {
  if (kind !== 'main') return null
  throw new MediaDamagedError('The stream ended before anything of it came.')
}

/** Null when there is none. */
async function writeFirst(
  recording: FollowedRecording,
  { rendition, path, count, signal }: { rendition: string; path: string; count: number; signal: AbortSignal },
): Promise<RecordedSegment | null> {
  await rm(path, { force: true })
  for await (const stretch of stretchesOf(recording, rendition, { signal, endAtGaps: false })) {
    const segments = () => firstOf(stretch, count)
    for await (const chunk of stretchBytes(recording, { ...stretch, segments }, { withoutTags: false })) {
      await appendFile(path, chunk)
    }
    return stretch.first
  }
  return null
}

async function* firstOf(stretch: Stretch, count: number): AsyncGenerator<RecordedSegment> {
  let left = count
  for await (const segment of stretch.segments()) {
    yield segment
    if (--left === 0) return
  }
}

/** All renditions as one file whose first picture stands at zero, labelled as the playlists label them. */
export function recordingInfo(probed: readonly ProbedRendition[], title: string): MediaInfo {
  const [main] = probed
  if (main === undefined) throw new MediaDamagedError('The stream has nothing to show.')
  const { media } = main
  const zeroSec = (mainVideo(media.info)?.startSec ?? media.info.startSec) + (main.tagSec ?? 0)
  const hasOtherSound = probed.some(({ rendition }) => rendition.kind === 'audio' && rendition.isDefault)
  const streams = probed.flatMap((one, number) => {
    return one.media.info.streams.flatMap((stream) => {
      const isOfUse = stream.kind === 'audio' || (stream.kind === 'video' && number === 0)
      if (!isOfUse) return []
      const sourceSec = stream.startSec + (one.tagSec ?? 0)
      const startSec = sourceSec + (one.media.file.family === 'mov' ? 0 : wrapShift(sourceSec, zeroSec)) - zeroSec
      const index = streamIndexOf(number, stream.index)
      return [{ ...labelled(stream, one.rendition, hasOtherSound), index, startSec, bitRate: bitRateOf(stream, one) }]
    })
  })
  return { ...media.info, startSec: 0, title, streams, chapters: [] }
}

function labelled(stream: MediaStream, rendition: RecordedRendition, hasOtherSound: boolean): MediaStream {
  if (rendition.kind === 'main') {
    const language = stream.language === 'und' ? rendition.language : stream.language
    return stream.kind === 'audio' && hasOtherSound
      ? { ...stream, language, isDefault: false }
      : { ...stream, language }
  }
  const { language, name, isDefault, forced, hearingImpaired } = rendition
  return { ...stream, language, title: name, isDefault, forced, hearingImpaired }
}

/** MPEG-TS does not tell rates: the bytes of what was probed by its length, other streams taken off. */
function bitRateOf(stream: MediaStream, { media: { info } }: ProbedRendition): number | null {
  if (stream.bitRate !== null && info.container !== 'mov') return stream.bitRate
  const others = info.streams.filter((one) => one.index !== stream.index)
  const known = others.reduce((sum, { bitRate }) => sum + (bitRate ?? 0), 0)
  const all = info.durationSec > 0 ? (info.byteLength * 8) / info.durationSec : 0
  if (stream.kind === 'audio' && others.length > 0) return stream.bitRate
  return all > known ? Math.round(all - known) : stream.bitRate
}
