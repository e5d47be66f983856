import type { Catalog, VideoQuery } from '#domain/catalog.ts'
import type { VideoId } from '#domain/ids.ts'
import { sizeOfVideo } from '#domain/size-of-video.ts'
import type { Job, JobQueue } from '#domain/job-queue.ts'
import { videoOfJob } from '#domain/video-of-job.ts'
import type { Attachment, Track, Video, VideoState } from '#domain/video.ts'
import type { Playback } from '#features/playback/playback.ts'
import { playlistPath, posterPath } from '../contract/addresses.ts'
import type { Links, ShownState, TrackInfo, VideoDetails, VideoList, VideoSummary } from '../contract/video.ts'
import { presentJob } from './present-job.ts'
import { presentSubtitles } from './present-subtitles.ts'

export interface PresentPorts {
  readonly catalog: Pick<Catalog, 'video' | 'videos' | 'tracks' | 'attachments'>
  readonly jobs: Pick<JobQueue, 'list'>
  readonly playback: Pick<Playback, 'videos'>
}

const SHOWN: Readonly<Record<VideoState, ShownState>> = {
  queued: 'processing',
  ingesting: 'processing',
  ready: 'active',
  failed: 'error',
  deleting: 'error',
}

/** The states of the catalog that people see as this one; without one all that are shown at all. */
export function statesShownAs(shown?: ShownState): VideoState[] {
  const states: VideoState[] = ['queued', 'ingesting', 'ready', 'failed']
  return states.filter((state) => shown === undefined || SHOWN[state] === shown)
}

export async function presentVideoList(query: VideoQuery, ports: PresentPorts): Promise<VideoList> {
  const { videos, total } = await ports.catalog.videos(query)
  const jobs = await ports.jobs.list({ states: ['waiting', 'running'], limit: 500 })
  const shown: VideoSummary[] = []
  for (const video of videos) shown.push(await summaryOf(video, jobs, ports))
  return { videos: shown, total }
}

/** Rejects with VideoNotFoundError. */
export async function presentVideoSummary(id: VideoId, ports: PresentPorts): Promise<VideoSummary> {
  const video = await ports.catalog.video(id)
  const jobs = video.state === 'ready' ? [] : await ports.jobs.list({ limit: 500 })
  return await summaryOf(video, jobs, ports)
}

/** Rejects with VideoNotFoundError. */
export async function presentVideoDetails(id: VideoId, links: Links, ports: PresentPorts): Promise<VideoDetails> {
  const video = await ports.catalog.video(id)
  const jobs = await ports.jobs.list({ limit: 500 })
  const tracks = await ports.catalog.tracks(id)
  const attachments = await ports.catalog.attachments(id)
  const job = jobs.find((each) => videoOfJob(each) === id)
  return {
    ...(await summaryOf(video, jobs, ports)),
    tracks: tracks.map(presentTrack),
    chapters: video.chapters.map((chapter) => ({ ...chapter })),
    subtitles: presentSubtitles(id, tracks, attachments),
    statistics: video.statistics && { ...video.statistics },
    links,
    notes: [...video.notes],
    job: job ? presentJob(job) : null,
  }
}

async function summaryOf(video: Video, jobs: readonly Job[], ports: PresentPorts): Promise<VideoSummary> {
  const { id, failure, state } = video
  const tracks = await ports.catalog.tracks(id)
  const attachments = await ports.catalog.attachments(id)
  const job = jobs.find((each) => each.name.startsWith('ingest-') && videoOfJob(each) === id)
  return {
    id,
    title: video.title,
    originalFilename: video.originalFilename,
    state: SHOWN[state],
    failure: failure && {
      code: failure.code,
      message: failure.message,
      why: failure.why ?? null,
      fix: failure.fix ?? null,
    },
    ...(await playabilityOf(video, ports)),
    posterUrl: hasPoster(attachments) ? posterPath(id) : null,
    container: video.container,
    ...trackFacts(tracks),
    byteLength: sizeOfVideo(video),
    progress: SHOWN[state] === 'processing' && job?.progress ? { ...job.progress } : null,
    createdAt: video.createdAt.toISOString(),
    updatedAt: video.updatedAt.toISOString(),
  }
}

/** Ready videos tell by their row; for the others we look at what is there. */
async function playabilityOf({ id, state, durationSec, statistics }: Video, { playback }: PresentPorts) {
  if (state === 'ready') {
    return {
      durationSec,
      playableSec: durationSec ?? 0,
      playlistUrl: playlistPath(id),
      segmentCount: statistics?.segments ?? 0,
    }
  }
  const { playableSec, tracks } = await playback.videos.get(id)
  return {
    durationSec,
    playableSec,
    playlistUrl: tracks.length > 0 ? playlistPath(id) : null,
    segmentCount: tracks[0]?.segments.length ?? 0,
  }
}

function trackFacts(tracks: readonly Track[]) {
  const picture = tracks.find(({ kind }) => kind === 'video')
  const sounds = tracks.filter(({ kind }) => kind === 'audio')
  const played = picture ? [picture, ...sounds] : sounds
  const bitRate = (picture?.averageBandwidth ?? 0) + Math.max(0, ...sounds.map((each) => each.averageBandwidth))
  return {
    codecs: [...new Set(played.map(({ codec }) => codec))],
    width: picture?.width ?? null,
    height: picture?.height ?? null,
    videoRange: picture?.videoRange ?? null,
    bitRate: bitRate > 0 ? bitRate : null,
    audioCount: new Set(sounds.map(({ streamIndex, name }) => streamIndex ?? name)).size,
    subtitleCount: tracks.filter(({ kind }) => kind === 'subtitles').length,
  }
}

function hasPoster(attachments: readonly Attachment[]): boolean {
  return attachments.some(({ kind }) => kind === 'poster')
}

function presentTrack({ id: _id, videoId: _videoId, streamIndex: _streamIndex, ...shown }: Track): TrackInfo {
  return shown
}
