import type { DownloadResult } from '#domain/download.ts'
import type { Job } from '#domain/job-queue.ts'
import { shownAddress } from '#domain/shown-address.ts'
import { videoOfJob } from '#domain/video-of-job.ts'
import type { Download, DownloadResult as ShownResult } from '../contract/download.ts'
import { presentProgress } from './present-job.ts'

/** Says nothing of headers, cookies and whatever else of the wish may be secret. */
export function presentDownload(job: Job<'download'>): Download {
  const { id, payload, state, attempts, priority, progress, failure, retryAt, result, createdAt, updatedAt } = job
  return {
    jobId: id,
    url: shownAddress(payload.request.url),
    title: result?.title ?? progress?.title ?? payload.request.title ?? null,
    target: payload.request.target,
    ...{ state, attempts, priority },
    progress: progress && presentProgress(progress),
    failure: failure && { code: failure.code, message: failure.message },
    retryAt: retryAt?.toISOString() ?? null,
    result: result && presentResult(result),
    videoId: videoOfJob(job),
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  }
}

/** Where it lies on this machine is nobody's business. */
function presentResult({ path, beside = [], gaps, notes, entries, ...result }: DownloadResult): ShownResult {
  return {
    ...result,
    hasFile: path !== null,
    subtitleFiles: beside.map((each) => each.split(/[/\\]/).at(-1) ?? ''),
    gaps: gaps.map((gap) => ({ ...gap })),
    notes: [...notes],
    entries: entries.map(({ url, title }) => ({ url: shownAddress(url), title })),
  }
}
