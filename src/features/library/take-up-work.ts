import type { Catalog } from '#domain/catalog.ts'
import type { Events } from '#domain/events.ts'
import type { VideoId } from '#domain/ids.ts'
import type { JobQueue } from '#domain/job-queue.ts'
import { downloadIdOf } from '#domain/recording.ts'
import type { SourceFiles } from '#domain/source-files.ts'
import type { WorkArea } from '#domain/work-area.ts'
import { addRecordingJob } from './register-recording.ts'
import { addIngestJob } from './register-video.ts'
import { settleLeftDownloads } from './settle-download.ts'

interface TakeUpPorts {
  readonly catalog: Catalog
  readonly jobs: JobQueue
  readonly work: WorkArea
  readonly sources: SourceFiles
  readonly events: Events
}

/** At start: whatever a crash left half done gets a job again, and files that belong to nothing go. */
export async function takeUpWork(ports: TakeUpPorts): Promise<void> {
  const { catalog, jobs, work } = ports
  const { videos } = await catalog.videos({
    states: ['queued', 'ingesting', 'deleting'],
    limit: Number.MAX_SAFE_INTEGER,
  })
  for (const { id, state } of videos) {
    if (state === 'deleting')
      await jobs.add('delete-video', { videoId: id }, { dedupeKey: `delete ${id}`, priority: 10 })
    else if (await isRecording(id, ports)) await addRecordingJob(id, jobs)
    else await addIngestJob(id, jobs)
  }
  await settleLeftDownloads(ports)
  const unfinished = new Set(videos.map(({ id }) => id))
  for (const id of await work.videos()) {
    const video = unfinished.has(id) || (await hasOpenPacks(id, catalog))
    if (!video) await work.removeVideo(id)
  }
}

async function hasOpenPacks(id: Parameters<Catalog['packs']>[0], catalog: Catalog): Promise<boolean> {
  return (await catalog.packs(id)).some(({ state }) => state !== 'stored')
}

/** What is no file: the folder of a download. */
async function isRecording(id: VideoId, { catalog, sources }: TakeUpPorts): Promise<boolean> {
  const source = await catalog.source(id)
  if (!source || downloadIdOf(source.path) === null) return false
  return (await sources.size(source.path)) === null
}
