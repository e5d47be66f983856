import type { Catalog } from '#domain/catalog.ts'
import type { VideoId } from '#domain/ids.ts'
import type { Attachment, Segment, Track, Video } from '#domain/video.ts'
import { targetDurationOf } from '#lib/hls/format-media-playlist.ts'

/** A video as players may see it at one moment. */
export interface PlayableVideo {
  readonly video: Video
  readonly packaging: 'fmp4' | 'ts'
  readonly targetDurationSec: number
  /** Nothing more will come: the playlists end. */
  readonly ended: boolean
  /** How far all tracks can be played. */
  readonly playableSec: number
  /** Video and audio; empty while nothing can be played. */
  readonly tracks: readonly PlayableTrack[]
  readonly subtitles: readonly PlayableSubtitles[]
  /** All subtitles, also pictures and those whose cues are not there yet. */
  readonly subtitleTracks: readonly Track[]
  readonly attachments: readonly Attachment[]
}

export interface PlayableTrack {
  readonly track: Track
  /** Null in MPEG-TS, which needs none. */
  readonly init: Segment | null
  /** Those that may be listed, by index; all tracks reach the same time while the ingest runs. */
  readonly segments: readonly Segment[]
}

/** A text track that players can show: its cues are there as one WebVTT file. */
export interface PlayableSubtitles {
  readonly track: Track
  readonly webvtt: Attachment
}

export type PlaybackCatalog = Pick<Catalog, 'video' | 'plan' | 'tracks' | 'segments' | 'attachments'>

/** Rejects with VideoNotFoundError. */
export async function loadPlayableVideo(id: VideoId, catalog: PlaybackCatalog): Promise<PlayableVideo> {
  // The state is read first: when it says "ready", everything read after it is complete.
  const video = await catalog.video(id)
  const plan = await catalog.plan(id)
  const tracks = await catalog.tracks(id)
  const whole: PlayableTrack[] = []
  for (const track of tracks) if (track.kind !== 'subtitles') whole.push(await playableTrack(track, catalog))
  const attachments = await catalog.attachments(id)
  const packaging = plan?.packaging ?? (whole.some(({ init }) => init !== null) ? 'fmp4' : 'ts')
  const listed = video.state === 'ready' ? playedOut(whole) : commonPart(whole, packaging)
  return {
    video,
    packaging,
    targetDurationSec: Math.max(plan?.targetDurationSec ?? 1, targetDurationOf(durationsOf(listed))),
    ended: video.state === 'ready' || video.state === 'failed',
    playableSec: playableSecOf(listed),
    tracks: listed,
    subtitles: tracks.flatMap((track) => playableSubtitles(track, attachments)),
    subtitleTracks: tracks.filter(({ kind }) => kind === 'subtitles'),
    attachments,
  }
}

async function playableTrack(track: Track, catalog: PlaybackCatalog): Promise<PlayableTrack> {
  const all = await catalog.segments(track.id)
  return {
    track,
    init: all.find(({ index }) => index === 'init') ?? null,
    segments: all.filter(({ index }) => index !== 'init'),
  }
}

function playedOut(tracks: readonly PlayableTrack[]): readonly PlayableTrack[] {
  return tracks.filter(({ segments }) => segments.length > 0)
}

/** The segments that every track has without a hole from the start: a player may ask for any of them. */
function commonPart(tracks: readonly PlayableTrack[], packaging: 'fmp4' | 'ts'): readonly PlayableTrack[] {
  const ready = tracks.every(({ init, track }) => track.codecs !== '' && (packaging === 'ts' || init !== null))
  const count = ready ? Math.min(...tracks.map(({ segments }) => unbrokenCount(segments))) : 0
  if (count === 0 || tracks.length === 0) return []
  return tracks.map((each) => ({ ...each, segments: each.segments.slice(0, count) }))
}

function unbrokenCount(segments: readonly Segment[]): number {
  const hole = segments.findIndex(({ index }, position) => index !== position)
  return hole < 0 ? segments.length : hole
}

function playableSecOf(tracks: readonly PlayableTrack[]): number {
  const last = tracks[0]?.segments.at(-1)
  return last ? last.startSec + last.durationSec : 0
}

/** Rounded as RFC 8216 §4.3.3.1 compares them: 6.4 s fit under a target of 6. */
function durationsOf(tracks: readonly PlayableTrack[]): number[] {
  return tracks.flatMap(({ segments }) => segments.map(({ durationSec }) => Math.round(durationSec)))
}

function playableSubtitles(track: Track, attachments: readonly Attachment[]): PlayableSubtitles[] {
  const webvtt = attachments.find(({ kind, trackName }) => kind === 'subtitle' && trackName === track.name)
  return track.kind === 'subtitles' && webvtt ? [{ track, webvtt }] : []
}
