import type { Catalog } from '#domain/catalog.ts'
import { InvalidInputError } from '#domain/errors.ts'
import type { Job } from '#domain/job-queue.ts'
import { videoOfJob } from '#domain/video-of-job.ts'
import { finishDownload } from '#features/downloads/finish-download.ts'
import { LinkInformation } from '#features/downloads/link-information.ts'
import type { LoadGovernor } from '#features/downloads/governor.ts'
import { retryDownload } from '#features/downloads/retry-download.ts'
import type { DownloadActions } from '#surfaces/http/http-ports.ts'
import type { Core } from './compose.ts'
import type { Downloads } from './open-downloads.ts'

/** What people can do with addresses, as the HTTP surface calls it. */
export function downloadActions({ ports }: Core, downloads: Downloads, governor: LoadGovernor): DownloadActions {
  const { web, pages, logs, recordings, removeFiles, cookieFiles } = downloads
  const information = new LinkInformation({ web, pages, now: () => performance.now() })
  return {
    info: (question, signal) => information.of(question, signal),
    start: async (request, { priority }) => {
      refuseHopeless(request.url)
      return ports.jobs.add('download', { request }, { priority })
    },
    finish: (id) => finishDownload(id, { jobs: ports.jobs, recordings }),
    retry: (id, wish) => retryDownload(id, wish, { jobs: ports.jobs, recordings }),
    log: (id, after) => logs.read(id, after),
    remove: async (id) => {
      const job = await ports.jobs.job(id)
      await ports.jobs.remove(id)
      await logs.remove(id)
      if (!(await isNeeded(job, ports.catalog))) await removeFiles(id)
    },
    cookieFiles: () => cookieFiles.list(),
    figures: () => {
      const { version, problem } = pages.describe()
      const pageTool = { version, problem: problem && `${problem.message} ${problem.fix}` }
      return { ...web.figures(), governor: governor.figures(), pageTool }
    },
  }
}

function refuseHopeless(address: string): void {
  const url = URL.parse(address)
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return
  throw new InvalidInputError('The address is none of http or https.', {
    fix: 'Copy it from the address bar of the browser.',
  })
}

/** Whether its video is still made of what the download left; the ingest removes that itself. */
async function isNeeded(download: Job, catalog: Pick<Catalog, 'source'>): Promise<boolean> {
  const videoId = videoOfJob(download)
  return videoId !== null && (await catalog.source(videoId)) !== null
}
