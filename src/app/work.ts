import type { Governor } from '#domain/governor.ts'
import { downloadJob } from '#surfaces/worker/download-job.ts'
import { jobHandlers } from '#surfaces/worker/job-handlers.ts'
import { settleDownloads } from '#surfaces/worker/settle-downloads.ts'
import type { Core } from './compose.ts'
import { downloadLibrary } from './download-library.ts'
import type { Downloads } from './open-downloads.ts'

/** Recordings wait for their downloads most of the time: as many as may grow at once. */
const RECORDINGS_AT_ONCE = 16

export interface WorkOptions {
  /** Ingests of files at once. */
  readonly ingests: number
  readonly governor: Governor
  readonly signal: AbortSignal
}

/** Works on all jobs until the signal aborts. Each kind has its own places: no download keeps an upload waiting. */
export async function work(
  core: Core,
  downloads: Downloads,
  { ingests, governor, signal }: WorkOptions,
): Promise<void> {
  const { jobs, events } = core.ports
  const { minSegmentSec, maxSegmentSec, oversized } = core.config.media
  const settings = { minSegmentSec, maxSegmentSec, oversized }
  const { 'ingest-recording': ingestRecording, ...ofFiles } = jobHandlers(core.ports, settings)
  const downloading = { ...downloads, governor, library: downloadLibrary(core), order: ordering(core) }
  const unsubscribe = events.subscribe(settleDownloads({ ...core.ports, removeFiles: downloads.removeFiles }))
  try {
    await Promise.all([
      jobs.work(ofFiles, { concurrency: ingests, signal }),
      jobs.work(
        { ...(ingestRecording && { 'ingest-recording': ingestRecording }) },
        { concurrency: RECORDINGS_AT_ONCE, signal },
      ),
      jobs.work(
        { download: ({ request }, context) => downloadJob(request, context, downloading) },
        { concurrency: () => governor.downloads, signal },
      ),
    ])
  } finally {
    unsubscribe()
  }
}

function ordering({ ports }: Core) {
  return async (requests: Parameters<Parameters<typeof downloadJob>[2]['order']>[0]) => {
    for (const request of requests) await ports.jobs.add('download', { request })
  }
}
