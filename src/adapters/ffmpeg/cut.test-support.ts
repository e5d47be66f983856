import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import type { IngestPlan, SubtitlePlan, TrackPlan } from '#domain/ingest-plan.ts'
import type { MediaIndex } from '#domain/media-index.ts'
import type { AudioStream, MediaInfo, MediaStream, VideoStream } from '#domain/media-info.ts'
import type { ExtractedSubtitle, OpenMedia, SegmentPiece, TrackFormat } from '#domain/media-tool.ts'
import { createMediaTool, type FfmpegMediaTool } from './create-media-tool.ts'
import { ffprobe, type TestFolder } from './media.test-support.ts'

export async function testTool(
  folder: TestFolder,
  settings: { hardwareAccel?: 'nvidia' } = {},
): Promise<FfmpegMediaTool> {
  return createMediaTool({
    hardwareAccel: '',
    threads: 1,
    workDir: folder.file('work'),
    maxBlobBytes: 19_922_944,
    events: { emit: () => {} },
    ...settings,
  })
}

export type TrackWish = Partial<TrackPlan> & { readonly streamIndex: number; readonly action: 'copy' | 'encode' }

export interface PlanWish {
  readonly tracks: readonly TrackWish[]
  /** Presentation times; at every closed key frame when missing. */
  readonly borders?: readonly number[]
  readonly packaging?: 'fmp4' | 'ts'
  readonly reencode?: IngestPlan['reencode']
}

/** A plan as the planner makes them, as simple as can be. */
export function planOf(info: MediaInfo, index: MediaIndex, wish: PlanWish): IngestPlan {
  const gops = index.gops.filter(({ closed }) => closed).map(({ startSec }) => startSec - index.startSec)
  return {
    startSec: index.startSec,
    durationSec: index.endSec - index.startSec,
    targetDurationSec: 10,
    borders: wish.borders ?? (gops.length > 0 ? gops : [0]),
    packaging: wish.packaging ?? 'fmp4',
    tracks: wish.tracks.map((track, position) => trackPlan(info, track, position)),
    subtitles: info.streams.flatMap(subtitlePlan),
    reencode: wish.reencode ?? [],
    notes: [],
  }
}

function trackPlan(info: MediaInfo, wish: TrackWish, position: number): TrackPlan {
  const stream = info.streams.find(({ index }) => index === wish.streamIndex) as VideoStream | AudioStream
  const isVideo = stream.kind === 'video'
  const encodedAs = isVideo ? 'h264' : 'aac'
  return {
    name: `t${position}`,
    kind: stream.kind,
    reason: '',
    codec: wish.action === 'copy' ? stream.codec : encodedAs,
    bandwidth: isVideo ? 1_500_000 : 128_000,
    averageBandwidth: isVideo ? 1_000_000 : 96_000,
    language: stream.language,
    title: null,
    isDefault: false,
    forced: false,
    hearingImpaired: false,
    width: isVideo ? stream.width : null,
    height: isVideo ? stream.height : null,
    frameRate: isVideo ? stream.frameRate : null,
    videoRange: isVideo ? stream.videoRange : null,
    channels: isVideo ? null : Math.min(2, stream.channels),
    sampleRate: isVideo ? null : stream.sampleRate,
    ...wish,
  }
}

function subtitlePlan(stream: MediaStream): SubtitlePlan[] {
  if (stream.kind !== 'subtitles') return []
  const { index, codec, form, language, title, isDefault, forced, hearingImpaired } = stream
  const labels = { language, title, isDefault, forced, hearingImpaired }
  return [{ name: `s${index}`, streamIndex: index, codec, form, ...labels }]
}

export interface Cut {
  readonly plan: IngestPlan
  readonly formats: readonly TrackFormat[]
  readonly pieces: readonly SegmentPiece[]
  readonly subtitles: readonly ExtractedSubtitle[]
  /** What the cut ended with, or null. */
  readonly error: unknown
}

export async function cutAll(
  media: OpenMedia,
  plan: IngestPlan,
  { from = plan.tracks.map(() => 0), signal = new AbortController().signal } = {},
): Promise<Cut> {
  const formats: TrackFormat[] = []
  const pieces: SegmentPiece[] = []
  const subtitles: ExtractedSubtitle[] = []
  let error: unknown = null
  try {
    for await (const event of media.cut(plan, { from, subtitles: plan.subtitles.map(({ name }) => name), signal })) {
      if (event.kind === 'formats') formats.push(...event.formats)
      else if (event.kind === 'piece') pieces.push(event.piece)
      else if (event.kind === 'subtitle') subtitles.push(event.subtitle)
    }
  } catch (thrown) {
    error = thrown
  }
  return { plan, formats, pieces, subtitles, error }
}

/** The segments of a track in a row, as a player sees them. */
export function bytesOf(
  pieces: readonly SegmentPiece[],
  track: number,
  indexes?: readonly (number | 'init')[],
): Buffer {
  const own = pieces.filter((piece) => piece.track === track && (indexes?.includes(piece.index) ?? true))
  return Buffer.concat(own.flatMap(({ bytes }) => [...bytes]))
}

export function spansOf(pieces: readonly SegmentPiece[], track: number) {
  return pieces.flatMap((piece) =>
    piece.track === track && piece.index !== 'init' && piece.ends !== undefined
      ? [{ index: piece.index, startSec: piece.ends.startSec, durationSec: piece.ends.durationSec }]
      : [],
  )
}

export interface Packet {
  readonly ptsSec: number
  readonly isKey: boolean
  readonly hash: string
}

/** The packets of one stream as ffprobe sees them; bytes as a hash. */
export async function packetsOf(path: string, streamIndex = 0): Promise<Packet[]> {
  const entries = ['-show_entries', 'packet=pts_time,flags,data_hash', '-show_data_hash', 'sha256', '-of', 'json']
  const report = JSON.parse(await ffprobe('-select_streams', String(streamIndex), ...entries, path))
  return report.packets.map((packet: { pts_time: string; flags: string; data_hash: string }) => ({
    ptsSec: Number(packet.pts_time),
    isKey: packet.flags.startsWith('K'),
    hash: packet.data_hash,
  }))
}

/** What a decoder shows: presentation times of the frames, in order. */
export async function frameTimesOf(path: string, streamIndex = 0): Promise<number[]> {
  const entries = ['-show_entries', 'frame=best_effort_timestamp_time', '-of', 'json']
  const report = JSON.parse(await ffprobe('-select_streams', String(streamIndex), ...entries, path))
  return report.frames.map((frame: { best_effort_timestamp_time: string }) => Number(frame.best_effort_timestamp_time))
}

export async function written(folder: TestFolder, name: string, bytes: Uint8Array): Promise<string> {
  await writeFile(folder.file(name), bytes)
  return folder.file(name)
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
