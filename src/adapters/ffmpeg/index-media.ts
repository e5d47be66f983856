import { MediaDamagedError, MediaRefusedError } from '#domain/errors.ts'
import type { VideoStream } from '#domain/media-info.ts'
import type { GroupOfPictures, MediaIndex } from '#domain/media-index.ts'
import { keyFrameIndexOf as keyFramesOfMovie } from '#lib/containers/iso-bmff/key-frame-index-of.ts'
import type { KeyFrameIndex } from '#lib/containers/key-frame-index.ts'
import { keyFrameIndexOf as keyFramesOfMatroska } from '#lib/containers/matroska/key-frame-index-of.ts'
import type { RandomAccess } from '#lib/containers/random-access.ts'
import type { EarlyLook } from './early-look.ts'
import type { FfmpegTools } from './ffmpeg-tools.ts'
import { idrTimes } from './idr-times.ts'
import { type ClockJump, type GroupedPackets, PacketGrouper } from './group-packets.ts'
import { canCopyVideo, mainVideo } from '#domain/main-video.ts'
import { type OpenContainer, trackIdOf } from './open-container.ts'
import type { ProbedMedia } from './probe-media.ts'
import { scanPackets } from './scan-packets.ts'

export interface IndexSources {
  readonly tools: FfmpegTools
  readonly media: ProbedMedia
  readonly file: RandomAccess
  readonly container: OpenContainer
  readonly early?: EarlyLook | null
}

/** Finds the cuts: in the container's own index where it can be trusted, else by one scan of the packets. */
export async function indexMedia(sources: IndexSources, signal?: AbortSignal): Promise<MediaIndex> {
  const video = mainVideo(sources.media.info)
  if (video === null || !canCopyVideo(video, 'fmp4')) return spanOnly(sources, signal)
  const own = await ownIndex(sources, video)
  const index: MediaIndex = own ?? { origin: 'packets', ...(await scan(sources, video.index, signal)) }
  return video.codec === 'h264' && index.gops.some(({ closed }) => !closed)
    ? withInstantStarts(index, sources, { streamIndex: video.index, signal })
    : index
}

/**
 * An encoder of open groups makes key frames that stand in their place without a picture before them, yet are no IDR:
 * Chromium's decoder fails at references behind them to pictures it has not seen. Only an IDR closes the groups before it.
 */
async function withInstantStarts(
  index: MediaIndex,
  { tools, media }: IndexSources,
  { streamIndex, signal }: { readonly streamIndex: number; readonly signal: AbortSignal | undefined },
): Promise<MediaIndex> {
  const times = await idrTimes(tools, media.file, { streamIndex, byteLength: media.info.byteLength, signal })
  // Times of one picture told by an index and by ffmpeg differ by rounding to milliseconds.
  const known = new Set(times.flatMap((sec) => [-1, 0, 1].map((off) => Math.round(sec * 1000) + off)))
  const isInstant = ({ startSec }: GroupOfPictures) => known.has(Math.round(startSec * 1000))
  return { ...index, gops: index.gops.map((gop) => ({ ...gop, closed: gop.closed && isInstant(gop) })) }
}

async function ownIndex(sources: IndexSources, video: VideoStream): Promise<MediaIndex | null> {
  const { container, media, file } = sources
  const trackId = trackIdOf(container, media, 'video', video.index)
  if (trackId === null) return null
  if (container.kind === 'movie') return containerIndex(keyFramesOfMovie(container.movie, trackId))
  if (container.kind !== 'matroska' || container.mkv.truncated) return null
  const early = sources.early?.keyFrames
  const { index } = await (early?.trackNumber === trackId
    ? early.result
    : keyFramesOfMatroska(container.mkv, file, { trackNumber: trackId }))
  return index === null ? null : containerIndex({ ...index, gops: withoutSound(index.gops, index.endSec, sources) })
}

function containerIndex(index: KeyFrameIndex | null): MediaIndex | null {
  const [first] = index?.gops ?? []
  if (index === null || first === undefined) return null
  return { origin: 'container', startSec: first.startSec, endSec: index.endSec, gops: index.gops }
}

/** Matroska's index counts the bytes of all tracks: those of the others are taken off as far as their rates are known. */
function withoutSound(
  gops: readonly GroupOfPictures[],
  endSec: number,
  { media }: IndexSources,
): readonly GroupOfPictures[] {
  const others = media.info.streams.filter((stream) => stream.kind === 'audio')
  const bytesPerSec = others.reduce((sum, { bitRate }) => sum + (bitRate ?? 0) / 8, 0)
  return gops.map((gop, position) => {
    const durationSec = (gops[position + 1]?.startSec ?? endSec) - gop.startSec
    const byteLength = Math.max(gop.byteLength / 4, gop.byteLength - bytesPerSec * durationSec)
    return { ...gop, byteLength: Math.round(byteLength) }
  })
}

/** Demuxers that work out the length from the bit rate: a guess. */
const GUESSED_LENGTH = new Set(['mp3', 'aac'])

/** Recordings of these can be put one behind another as they are, each with times of its own. */
const CLOCKS_MAY_JUMP = new Set(['mpegts', 'mpeg'])

/** For sound alone and for video that is encoded: from when to when. */
async function spanOnly(sources: IndexSources, signal?: AbortSignal): Promise<MediaIndex> {
  const { info, details } = sources.media
  const stream = mainVideo(info) ?? info.streams.find(({ kind }) => kind === 'audio')
  if (stream === undefined) throw new MediaDamagedError('The file holds neither a film nor sound.')
  if (stream.kind === 'video' && CLOCKS_MAY_JUMP.has(info.container)) await scan(sources, stream.index, signal)
  const ownSec = details.get(stream.index)?.durationSec ?? null
  const endSec = ownSec === null ? info.startSec + info.durationSec : stream.startSec + ownSec
  if (endSec > stream.startSec && !GUESSED_LENGTH.has(info.container)) {
    return { origin: 'none', startSec: stream.startSec, endSec, gops: [] }
  }
  const { startSec, endSec: lastSec } = await scan(sources, stream.index, signal)
  return { origin: 'none', startSec, endSec: lastSec, gops: [] }
}

async function scan(
  { tools, media }: IndexSources,
  streamIndex: number,
  signal?: AbortSignal,
): Promise<GroupedPackets> {
  const grouper = new PacketGrouper()
  const { byteLength } = media.info
  await scanPackets(tools, media.file, { streamIndex, byteLength, signal }, (packet) => grouper.add(packet))
  const grouped = grouper.finish()
  if (grouper.jump !== null) throw clockJumps(grouper.jump)
  if (grouped !== null) return grouped
  throw new MediaDamagedError('The film cannot be read.', { why: 'Not one packet of it has a time.' })
}

function clockJumps({ fromSec, toSec }: ClockJump): MediaRefusedError {
  return new MediaRefusedError('The times of the film jump: it is several recordings in one file.', {
    why: `Behind second ${fromSec.toFixed(1)} comes second ${toSec.toFixed(1)}, so nothing can be found by its time.`,
    fix: 'Let ffmpeg count anew, nothing is encoded: ffmpeg -i FILE -map 0:v:0 -map 0:a? -c copy NEW.mkv.',
  })
}
