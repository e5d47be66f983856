import type { Catalog, NewVideo } from '#domain/catalog.ts'
import { type PackId, trackIdOf, type VideoId } from '#domain/ids.ts'
import type { IngestPlan } from '#domain/ingest-plan.ts'
import type {
  Attachment,
  IngestStatistics,
  Segment,
  Pack,
  SegmentIndex,
  Slice,
  Track,
  TrackKind,
} from '#domain/video.ts'

export const FILM = 'film000000000001' as VideoId
export const SERIES = 'series0000000002' as VideoId

export function newVideo(id: VideoId, about: Partial<NewVideo> = {}): NewVideo {
  return {
    id,
    title: `Title of ${id}`,
    originalFilename: `${id}.mkv`,
    byteLength: 1_000_000,
    source: { path: `/films/${id}.mkv`, owned: false },
    createdAt: new Date('2024-05-01T12:00:00.123Z'),
    ...about,
  }
}

export function track(videoId: VideoId, name: string, about: Partial<Track> = {}): Track {
  const kinds: Readonly<Record<string, TrackKind>> = { v: 'video', a: 'audio', s: 'subtitles' }
  const kind = kinds[name[0] ?? ''] ?? 'video'
  const picture = { width: 1920, height: 1080, frameRate: 24_000 / 1001, videoRange: 'SDR' } as const
  const noPicture = { width: null, height: null, frameRate: null, videoRange: null }
  const sound = kind === 'audio' ? { channels: 6, sampleRate: 48_000 } : { channels: null, sampleRate: null }
  return {
    id: trackIdOf(videoId, name),
    videoId,
    name,
    kind,
    streamIndex: 0,
    action: 'copy',
    reason: 'every player takes it',
    codec: 'h264',
    codecs: 'avc1.640028',
    bandwidth: 4_000_000.5,
    averageBandwidth: 3_000_000,
    language: 'und',
    title: null,
    isDefault: false,
    forced: false,
    hearingImpaired: false,
    ...(kind === 'video' ? picture : noPicture),
    ...sound,
    ...about,
  }
}

export async function addPack(catalog: Catalog, videoId: VideoId, position: number): Promise<Pack> {
  const id = catalog.newPackId()
  await catalog.addEntries(videoId, { packs: [{ id, position }] })
  return catalog.pack(id)
}

export async function sealPack(
  catalog: Catalog,
  id: PackId,
  sealed: { readonly byteLength: number; readonly digest: string },
): Promise<void> {
  const { videoId, position } = await catalog.pack(id)
  await catalog.addEntries(videoId, { packs: [{ id, position, sealed }] })
}

/** A segment whose bytes lie in these packs: `[packId, offset, length]` each. */
export function segment(
  videoId: VideoId,
  name: string,
  index: SegmentIndex,
  ...places: readonly (readonly [PackId, number, number])[]
): Segment {
  const slices = places.map(sliceAt)
  const startSec = index === 'init' ? 0 : index * 6.006
  return {
    trackId: trackIdOf(videoId, name),
    index,
    startSec,
    durationSec: index === 'init' ? 0 : 6.006,
    byteLength: slices.reduce((sum, { length }) => sum + length, 0),
    slices,
    reencoded: false,
  }
}

export function attachment(
  videoId: VideoId,
  name: string,
  ...places: readonly (readonly [PackId, number, number])[]
): Attachment {
  const slices = places.map(sliceAt)
  const byteLength = slices.reduce((sum, { length }) => sum + length, 0)
  return { videoId, name, kind: 'poster', trackName: null, mediaType: 'image/jpeg', slices, byteLength }
}

function sliceAt([packId, offset, length]: readonly [PackId, number, number]): Slice {
  return { packId, offset, length, sha256: 'ab'.repeat(32) }
}

export const PLAN: IngestPlan = {
  startSec: 1.5,
  durationSec: 12.012,
  targetDurationSec: 7,
  borders: [0, 6.006],
  packaging: 'ts',
  tracks: [],
  subtitles: [],
  reencode: [{ index: 1, maxBytes: 1000 }],
  notes: ['a note'],
}

export const STATISTICS: IngestStatistics = {
  segmentDurationSec: 6.006,
  segments: 2,
  copiedSegments: 2,
  reencodedSegments: 0,
  totalBytes: 300,
  averageBytes: 150,
  largestBytes: 200,
  packs: 2,
  elapsedSec: 0.25,
}
