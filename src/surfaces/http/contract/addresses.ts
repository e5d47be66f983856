/** Every address of the server that others build. Paths only; the host is the caller's. */

/** tus 1.0; metadata `filename` (required) and `title`. */
export const UPLOADS_PATH = '/api/uploads'

/** On the answer that ends an upload, and on HEAD of a finished one: the id of the video that it became. */
export const UPLOAD_VIDEO_ID_HEADER = 'X-Video-Id'

export const EVENTS_PATH = '/api/events'
export const STATUS_PATH = '/api/status'
export const DEBUG_PATH = '/debug'
export const VIDEOS_PATH = '/api/videos'
export const DEMO_PATH = '/api/videos/demo'
export const JOBS_PATH = '/api/jobs'
export const LOCAL_INGEST_PATH = '/api/local/ingest'

/** POST: what stands at an address. */
export const LINK_INFO_PATH = '/api/video-info'
/** POST: begins a download. */
export const DOWNLOAD_PATH = '/api/download'
/** GET: all of them; DELETE: forgets those that have ended. */
export const DOWNLOADS_PATH = '/api/downloads'

/** GET: the cookies files in the data folder, without what is in them. */
export const COOKIE_FILES_PATH = '/api/cookies'

/** POST: tries all failed downloads again. */
export const RETRY_FAILED_PATH = '/api/downloads/retry-failed'

export type Reach = 'local' | 'public'

export function videoPath(id: string): string {
  return `${VIDEOS_PATH}/${id}`
}

export function retryPath(id: string): string {
  return `${VIDEOS_PATH}/${id}/retry`
}

export function subtitlesPath(id: string): string {
  return `${VIDEOS_PATH}/${id}/subtitles`
}

export function subtitleTrackPath(id: string, trackName: string): string {
  return `${VIDEOS_PATH}/${id}/subtitles/${trackName}`
}

export function cancelJobPath(id: string): string {
  return `${JOBS_PATH}/${id}/cancel`
}

export function downloadStatusPath(id: string): string {
  return `/api/download-status/${id}`
}

/** PATCH: its priority; DELETE: forgets one that has ended. */
export function downloadPath(id: string): string {
  return `${DOWNLOADS_PATH}/${id}`
}

/** `retry` also lets a paused one go on and asks again for gaps; `finish` ends it with what is recorded, also when it does not run. */
export type DownloadAction = 'pause' | 'finish' | 'cancel' | 'retry'

/** POST; only `retry` may have a body. */
export function downloadActionPath(id: string, action: DownloadAction): string {
  return `${DOWNLOADS_PATH}/${id}/${action}`
}

export function downloadLogPath(id: string, after: number): string {
  return `${DOWNLOADS_PATH}/${id}/log?after=${after}`
}

/** What a download with the target `file` gave. */
export function downloadFilePath(id: string): string {
  return `${DOWNLOADS_PATH}/${id}/file`
}

/** The n-th of the subtitles beside it, from 0. */
export function downloadSubtitlesPath(id: string, number: number): string {
  return `${DOWNLOADS_PATH}/${id}/subtitles/${number}`
}

export function playlistPath(id: string, reach: Reach = 'local'): string {
  return `/playlist/${reach}/${id}.m3u8`
}

/** `name` is a track's name (`s0`) or a language (`de`); `format` the ending: vtt, srt, ass, sup, mks. */
export function subtitleFilePath(id: string, name: string, format: string): string {
  return `/subtitle/${id}/${name}.${format}`
}

export function posterPath(id: string): string {
  return `/poster/${id}.jpg`
}

export function strmPath(id: string): string {
  return `/links/${id}.strm`
}
