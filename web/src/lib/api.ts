import {
  cancelJobPath,
  DEMO_PATH,
  DOWNLOAD_PATH,
  type DownloadAction,
  DOWNLOADS_PATH,
  downloadActionPath,
  downloadLogPath,
  downloadPath,
  LINK_INFO_PATH,
  RETRY_FAILED_PATH,
  retryPath,
  STATUS_PATH,
  subtitlesPath,
  subtitleTrackPath,
  VIDEOS_PATH,
  videoPath,
} from '../../../src/surfaces/http/contract/addresses.ts'
import {
  type DownloadChange,
  DownloadCount,
  DownloadList,
  type DownloadRetry,
  DownloadLog,
  type DownloadOrder,
  DownloadStarted,
  LinkInfo,
  type LinkQuestion,
} from '../../../src/surfaces/http/contract/download.ts'
import { Status } from '../../../src/surfaces/http/contract/status.ts'
import { VideoDetails, VideoList } from '../../../src/surfaces/http/contract/video.ts'
import {
  SubtitleAdded,
  type SubtitleUploadQuery,
  type VideoListQuery,
  VideoStarted,
} from '../../../src/surfaces/http/contract/video-requests.ts'
import { t } from '../strings/strings.ts'
import { faultOfBody, ProblemError } from './problem-error.ts'

/** As the address says it: numbers, not whatever could be read as one. */
type ListQuery = Omit<VideoListQuery, 'offset' | 'limit'> & { readonly offset: number; readonly limit: number }

interface Schema<T> {
  parse(value: unknown): T
}

/** Everything the page asks of the server. All reject with ProblemError; answers are checked against the contract. */
export const api = {
  status: (signal?: AbortSignal) => read(STATUS_PATH, Status, signal),
  videos: (query: ListQuery, signal?: AbortSignal) => read(`${VIDEOS_PATH}?${searchOf(query)}`, VideoList, signal),
  video: (id: string, signal?: AbortSignal) => read(videoPath(id), VideoDetails, signal),
  makeDemo: () => send('POST', DEMO_PATH, VideoStarted),
  rename: (id: string, title: string) => send('PATCH', videoPath(id), VideoDetails, { title }),
  retry: (id: string) => send('POST', retryPath(id), VideoStarted),
  cancelJob: (id: string) => send('POST', cancelJobPath(id), null),
  /** Also works while the page is being left. */
  remove: (id: string) => send('DELETE', videoPath(id), null),
  addSubtitle: (id: string, file: File, query: Omit<SubtitleUploadQuery, 'name'> = {}) =>
    answerOf(
      request(`${subtitlesPath(id)}?${searchOf({ name: file.name, ...query })}`, {
        method: 'POST',
        body: file,
        headers: { 'content-type': 'application/octet-stream' },
      }),
      SubtitleAdded,
    ),
  removeSubtitle: (id: string, trackName: string) => send('DELETE', subtitleTrackPath(id, trackName), null),
  lookAt: (question: LinkQuestion, signal?: AbortSignal) =>
    answerOf(request(LINK_INFO_PATH, { ...asJson('POST', question), ...(signal && { signal }) }), LinkInfo),
  download: (order: DownloadOrder) => send('POST', DOWNLOAD_PATH, DownloadStarted, order),
  downloads: (signal?: AbortSignal) => read(DOWNLOADS_PATH, DownloadList, signal),
  actOnDownload: (id: string, action: DownloadAction) => send('POST', downloadActionPath(id, action), null),
  retryDownload: (id: string, wish: DownloadRetry) => tell('POST', downloadActionPath(id, 'retry'), wish),
  changeDownload: (id: string, change: DownloadChange) => tell('PATCH', downloadPath(id), change),
  retryFailedDownloads: () => send('POST', RETRY_FAILED_PATH, DownloadCount),
  removeDownload: (id: string) => send('DELETE', downloadPath(id), null),
  downloadLog: (id: string, after: number, signal?: AbortSignal) =>
    read(downloadLogPath(id, after), DownloadLog, signal),
}

function read<T>(path: string, schema: Schema<T>, signal?: AbortSignal): Promise<T> {
  return answerOf(request(path, signal ? { signal } : {}), schema)
}

function send<T>(method: string, path: string, schema: Schema<T>, body?: unknown): Promise<T>
function send(method: string, path: string, schema: null): Promise<null>
async function send<T>(method: string, path: string, schema: Schema<T> | null, body?: unknown): Promise<T | null> {
  const asked = request(path, body === undefined ? { method, keepalive: true } : asJson(method, body))
  if (schema) return await answerOf(asked, schema)
  await asked
  return null
}

/** What comes back does not matter. */
async function tell(method: string, path: string, body: unknown): Promise<void> {
  await request(path, asJson(method, body))
}

function asJson(method: string, body: unknown): Asked {
  return { method, keepalive: true, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
}

interface Asked extends RequestInit {
  readonly headers?: Readonly<Record<string, string>>
}

async function request(path: string, init: Asked): Promise<Response> {
  const response = await fetch(path, { ...init, headers: { accept: 'application/json', ...init.headers } }).catch(
    (cause: unknown) => {
      if (init.signal?.aborted) throw cause
      throw new ProblemError({ code: 'no-answer', ...t.faults.offline }, { status: 0, cause })
    },
  )
  if (response.ok) return response
  const { status } = response
  const retryAfterSec = Number.parseInt(response.headers.get('retry-after') ?? '', 10)
  throw new ProblemError(faultOfBody(status, await response.text().catch(() => '')), {
    status,
    retryAfterSec: Number.isNaN(retryAfterSec) ? null : retryAfterSec,
  })
}

async function answerOf<T>(asked: Promise<Response>, schema: Schema<T>): Promise<T> {
  const response = await asked
  try {
    return schema.parse(await response.json())
  } catch (cause) {
    throw new ProblemError({ code: 'bad-answer', ...t.faults.badAnswer }, { status: response.status, cause })
  }
}

function searchOf(query: Readonly<Record<string, string | number | undefined>>): URLSearchParams {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value))
  return search
}
