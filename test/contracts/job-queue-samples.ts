import { type DownloadRequest, type DownloadResult, FROM_START, NO_IDENTITY, PLAIN_CHOICE } from '#domain/download.ts'
import type { JobId, VideoId } from '#domain/ids.ts'
import { type JobTest, until } from './create-job-queue.ts'

export const A = { videoId: 'a' as VideoId }
export const REQUEST: DownloadRequest = {
  ...{ url: 'https://example.test/a.m3u8', target: 'library', choice: PLAIN_CHOICE, identity: NO_IDENTITY },
  ...{ allowGaps: false, live: FROM_START },
}
export const RESULT: DownloadResult = {
  ...{ state: 'complete', kind: 'hls', title: 'A film', byteLength: 9, sha256: null, videoId: A.videoId, path: null },
  ...{ gaps: [], notes: ['1080p'], entries: [] },
}

export const stateOf = async (test: JobTest, id: JobId) => (await test.jobs.job(id)).state
export const reaches = (test: JobTest, id: JobId, state: string) =>
  until(async () => (await stateOf(test, id)) === state)
