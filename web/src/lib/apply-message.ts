import type { QueryClient } from '@tanstack/react-query'
import { playlistPath } from '../../../src/surfaces/http/contract/addresses.ts'
import type { Download, DownloadList } from '../../../src/surfaces/http/contract/download.ts'
import type { FeedMessage } from '../../../src/surfaces/http/contract/event.ts'
import type { Job } from '../../../src/surfaces/http/contract/job.ts'
import type { VideoDetails, VideoList, VideoSummary } from '../../../src/surfaces/http/contract/video.ts'
import { DOWNLOADS_KEY, detailsKey, LIST_KEY, STATUS_KEY } from './queries.ts'

/** Brings what the server tells into what the page has loaded; asks anew only where the message does not say enough. */
export function applyMessage(client: QueryClient, message: FeedMessage): void {
  if (message.kind === 'reset') void client.invalidateQueries()
  else if (message.kind === 'video') applyVideo(client, message.video)
  else if (message.kind === 'video-removed') applyRemoval(client, message.videoId)
  else if (message.kind === 'playable') applyPlayable(client, message.videoId, message.playableSec)
  else if (message.kind === 'download') applyDownload(client, message.download)
  else if (message.kind === 'job-removed') forgetDownload(client, message.jobId)
  else if (message.kind === 'job') applyJob(client, message.job)
}

function applyJob(client: QueryClient, job: Job): void {
  const { videoId, progress, state, name } = job
  if (videoId === null || name === 'download') return
  if (name.startsWith('ingest-')) patchVideo(client, videoId, { progress: state === 'running' ? progress : null })
  patchDetails(client, videoId, { job })
}

/** A list that is not loaded yet brings it by itself. */
function applyDownload(client: QueryClient, download: Download): void {
  client.setQueryData<DownloadList>(DOWNLOADS_KEY, (list) => {
    if (!list) return list
    const isKnown = list.downloads.some(({ jobId }) => jobId === download.jobId)
    if (!isKnown) return { downloads: [download, ...list.downloads] }
    return { downloads: list.downloads.map((each) => (each.jobId === download.jobId ? download : each)) }
  })
}

/** Takes a download out of the list. */
export function forgetDownload(client: QueryClient, id: string): void {
  client.setQueryData<DownloadList>(
    DOWNLOADS_KEY,
    (list) => list && { downloads: list.downloads.filter(({ jobId }) => jobId !== id) },
  )
}

function applyVideo(client: QueryClient, video: VideoSummary): void {
  const listed = known(client, video.id)
  const details = client.getQueryData<VideoDetails>(detailsKey(video.id))
  const before = details ?? listed
  patchVideo(client, video.id, video)
  if (!listed) refreshLists(client)
  // Tracks, chapters and statistics are only in the details.
  if (details && hasTurned(details, video)) void client.invalidateQueries({ queryKey: detailsKey(video.id) })
  if (before?.state !== video.state) void client.invalidateQueries({ queryKey: STATUS_KEY })
}

/** The first seconds bring the playlist, and tracks with them. */
function applyPlayable(client: QueryClient, id: string, playableSec: number): void {
  if (playableSec <= 0) return
  const isFirst = client.getQueryData<VideoDetails>(detailsKey(id))?.playlistUrl === null
  patchVideo(client, id, { playableSec, playlistUrl: playlistPath(id) })
  if (isFirst) void client.invalidateQueries({ queryKey: detailsKey(id) })
}

function hasTurned(before: VideoSummary, after: VideoSummary): boolean {
  const telling = ({ state, playlistUrl, codecs, audioCount, subtitleCount }: VideoSummary) =>
    [state, playlistUrl, ...codecs, audioCount, subtitleCount].join()
  return telling(before) !== telling(after)
}

function applyRemoval(client: QueryClient, id: string): void {
  if (known(client, id)) refreshLists(client)
  client.removeQueries({ queryKey: detailsKey(id), type: 'inactive' })
  void client.invalidateQueries({ queryKey: detailsKey(id) })
  void client.invalidateQueries({ queryKey: STATUS_KEY })
}

function known(client: QueryClient, id: string): VideoSummary | undefined {
  for (const [, list] of client.getQueriesData<VideoList>({ queryKey: LIST_KEY })) {
    const found = list?.videos.find((video) => video.id === id)
    if (found) return found
  }
  return undefined
}

/** A part of a video, in every list and in its details. */
export function patchVideo(client: QueryClient, id: string, part: Partial<VideoSummary>): void {
  client.setQueriesData<VideoList>({ queryKey: LIST_KEY }, (list) => {
    if (!list?.videos.some((video) => video.id === id)) return list
    return { ...list, videos: list.videos.map((video) => (video.id === id ? { ...video, ...part } : video)) }
  })
  patchDetails(client, id, part)
}

function patchDetails(client: QueryClient, id: string, part: Partial<VideoDetails>): void {
  client.setQueryData<VideoDetails>(detailsKey(id), (details) => details && { ...details, ...part })
}

let refreshTimer = 0

/** Many videos may arrive at once: the lists are asked at most once a second. */
function refreshLists(client: QueryClient): void {
  if (refreshTimer !== 0) return
  refreshTimer = window.setTimeout(() => {
    refreshTimer = 0
    void client.invalidateQueries({ queryKey: LIST_KEY })
  }, 300)
}
