import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { Upload } from 'tus-js-client'
import { UPLOAD_VIDEO_ID_HEADER, UPLOADS_PATH, VIDEOS_PATH, videoPath } from '#surfaces/http/contract/addresses.ts'
import type { VideoDetails, VideoSummary } from '#surfaces/http/contract/video.ts'

/** The HTTP API as a program would use it. */
export interface ApiClient {
  /** GET, parsed; rejects unless the answer is 2xx. */
  get<Value>(path: string): Promise<Value>
  video(id: string): Promise<VideoDetails>
  videos(): Promise<readonly VideoSummary[]>
  /** Sends the file by tus and resolves with the video's id. */
  upload(path: string): Promise<string>
  /** Resolves when the video is active; rejects with its failure when it became an error instead. */
  waitReady(id: string): Promise<VideoDetails>
  /** Resolves when the ingest ended, well or not. */
  waitEnded(id: string): Promise<VideoDetails>
  /** Resolves when an attempt of the ingest failed, whether or not another follows. */
  waitJobFailure(id: string): Promise<NonNullable<VideoDetails['job']>>
}

const LOOK_EVERY_MS = 100
/** A hanging ingest must not hang the tests. */
const WAIT_LIMIT_MS = 180_000

export function createApiClient(url: string): ApiClient {
  const get = async <Value>(path: string) => {
    const answer = await fetch(url + path)
    const text = await answer.text()
    if (!answer.ok) throw new Error(`GET ${path}: ${answer.status} ${text}`)
    return JSON.parse(text) as Value
  }
  const video = (id: string) => get<VideoDetails>(videoPath(id))
  const waitEnded = async (id: string) => {
    const untilMs = performance.now() + WAIT_LIMIT_MS
    for (;;) {
      const found = await video(id)
      if (found.state !== 'processing') return found
      if (performance.now() > untilMs) throw new Error(`Still not ended: ${JSON.stringify(found.job)}`)
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
    }
  }
  return {
    get,
    video,
    videos: async () => (await get<{ videos: VideoSummary[] }>(`${VIDEOS_PATH}?limit=200`)).videos,
    upload: (path) => uploadByTus(url + UPLOADS_PATH, path),
    waitEnded,
    async waitJobFailure(id) {
      for (const untilMs = performance.now() + WAIT_LIMIT_MS; performance.now() < untilMs; ) {
        const { job } = await video(id)
        if (job?.failure) return job
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
      }
      throw new Error('No attempt failed.')
    },
    async waitReady(id) {
      const ended = await waitEnded(id)
      if (ended.state === 'active') return ended
      throw new Error(`The ingest of ${ended.originalFilename} failed: ${JSON.stringify(ended.failure)}`)
    },
  }
}

async function uploadByTus(endpoint: string, path: string): Promise<string> {
  const { size } = await stat(path)
  return new Promise((resolve, reject) => {
    const upload = new Upload(createReadStream(path), {
      endpoint,
      uploadSize: size,
      chunkSize: 8 * 1024 * 1024,
      retryDelays: null,
      metadata: { filename: basename(path) },
      onError: reject,
      onSuccess: ({ lastResponse }) => resolve(lastResponse.getHeader(UPLOAD_VIDEO_ID_HEADER) ?? ''),
    })
    upload.start()
  })
}
