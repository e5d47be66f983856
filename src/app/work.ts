import { createHash } from 'node:crypto'
import type { Governor } from '#domain/governor.ts'
import { downloadJob } from '#surfaces/worker/download-job.ts'
import { jobHandlers } from '#surfaces/worker/job-handlers.ts'
import { settleDownloads } from '#surfaces/worker/settle-downloads.ts'
import { workOnIngests } from '#surfaces/worker/work-on-ingests.ts'
import type { Core } from './compose.ts'
import { downloadLibrary } from './download-library.ts'
import type { Downloads } from './open-downloads.ts'

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
  const downloading = { ...downloads, governor, library: downloadLibrary(core), order: ordering(core) }
  const unsubscribe = events.subscribe(settleDownloads({ ...core.ports, removeFiles: downloads.removeFiles }))
  try {
    await Promise.all([
      workOnIngests(jobHandlers(core.ports, settings), jobs, { atOnce: ingests, signal }),
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
    for (const request of requests) {
      // A list that is run again after a crash finds what it ordered.
      const hash = createHash('sha256').update(JSON.stringify(request)).digest('hex')
      await ports.jobs.add('download', { request }, { dedupeKey: `entry ${hash}` })
    }
  }
}
