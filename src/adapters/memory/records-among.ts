import type { CatalogStats, VideoCatalog, VideoRecord } from '#domain/catalog.ts'
import { compareTracks } from '#domain/compare-tracks.ts'
import { InvalidInputError } from '#domain/errors.ts'
import { planOfRecord } from '#domain/plan-of-record.ts'
import type { VideoState } from '#domain/video.ts'
import { byIndex } from './segments-among.ts'
import { compareText, requirePacks, type ShelvedTrack, type VideoShelf } from './video-shelf.ts'

export function recordsAmong(shelf: VideoShelf): Pick<VideoCatalog, 'record' | 'restoreVideo' | 'stats'> {
  return {
    async record(id): Promise<VideoRecord> {
      const { video, plan, packs, attachments, ...shelved } = shelf.shown(id)
      const tracks = [...shelved.tracks.values()].sort((one, other) => compareTracks(one.track, other.track))
      return {
        video,
        targetDurationSec: plan?.targetDurationSec ?? 0,
        packaging: plan?.packaging ?? 'fmp4',
        tracks: tracks.map(({ track }) => track),
        packs: [...packs.values()].sort((one, other) => one.position - other.position),
        segments: tracks.flatMap(({ segments }) => [...segments.values()].sort(byIndex)),
        attachments: [...attachments.values()].sort((one, other) => compareText(one.name, other.name)),
      }
    },

    async restoreVideo(given) {
      const record = structuredClone(given)
      const { video, segments, attachments } = record
      const packs = new Map(record.packs.map((pack) => [pack.id, pack]))
      for (const { slices } of [...segments, ...attachments]) requirePacks(slices, packs)
      const tracks = new Map(
        record.tracks.map((track): [typeof track.id, ShelvedTrack] => [track.id, { track, segments: new Map() }]),
      )
      for (const segment of segments) {
        const track = tracks.get(segment.trackId)
        if (!track) throw new InvalidInputError(`The record has no track ${segment.trackId}.`)
        track.segments.set(segment.index, segment)
      }
      const named = new Map(attachments.map((each) => [each.name, each]))
      shelf.videos.set(video.id, { video, source: null, plan: planOfRecord(record), tracks, packs, attachments: named })
    },

    stats: async () => statsOf(shelf),
  }
}

function statsOf({ videos }: VideoShelf): CatalogStats {
  const all = [...videos.values()]
  const seen = all.filter(({ video }) => video.state !== 'deleting')
  const inState = (state: VideoState) => all.filter(({ video }) => video.state === state).length
  const tracks = all.flatMap((each) => [...each.tracks.values()])
  const packs = all.flatMap((each) => [...each.packs.values()])
  const stored = packs.filter(({ state }) => state === 'stored')
  return {
    videos: seen.length,
    byState: {
      queued: inState('queued'),
      ingesting: inState('ingesting'),
      ready: inState('ready'),
      failed: inState('failed'),
      deleting: inState('deleting'),
    },
    tracks: tracks.length,
    segments: tracks.reduce((sum, { segments }) => sum + segments.size, 0),
    packs: packs.length,
    subtitles: tracks.filter(({ track }) => track.kind === 'subtitles').length,
    storedBytes: stored.reduce((sum, { byteLength }) => sum + byteLength, 0),
    durationSec: seen.reduce((sum, { video }) => sum + (video.durationSec ?? 0), 0),
  }
}
