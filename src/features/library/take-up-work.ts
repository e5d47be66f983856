import type { Catalog } from '#domain/catalog.ts'
import type { JobQueue } from '#domain/job-queue.ts'
import type { WorkArea } from '#domain/work-area.ts'
import { addIngestJob } from './register-video.ts'

/** At start: whatever a crash left half done gets a job again, and files that belong to nothing go. */
export async function takeUpWork({
  catalog,
  jobs,
  work,
}: {
  readonly catalog: Catalog
  readonly jobs: JobQueue
  readonly work: WorkArea
}): Promise<void> {
  const { videos } = await catalog.videos({
    states: ['queued', 'ingesting', 'deleting'],
    limit: Number.MAX_SAFE_INTEGER,
  })
  for (const { id, state } of videos) {
    if (state === 'deleting')
      await jobs.add('delete-video', { videoId: id }, { dedupeKey: `delete ${id}`, priority: 10 })
    else await addIngestJob(id, jobs)
  }
  const unfinished = new Set(videos.map(({ id }) => id))
  for (const id of await work.videos()) {
    const video = unfinished.has(id) || (await hasOpenPacks(id, catalog))
    if (!video) await work.removeVideo(id)
  }
}

async function hasOpenPacks(id: Parameters<Catalog['packs']>[0], catalog: Catalog): Promise<boolean> {
  return (await catalog.packs(id)).some(({ state }) => state !== 'stored')
}
