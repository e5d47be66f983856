import type { BlobStore } from '#domain/blob-store.ts'
import type { Catalog, VideoSource } from '#domain/catalog.ts'
import type { Events } from '#domain/events.ts'
import type { VideoId } from '#domain/ids.ts'
import type { Job, JobQueue } from '#domain/job-queue.ts'
import { downloadIdOf, type Recordings } from '#domain/recording.ts'
import type { SourceFiles } from '#domain/source-files.ts'
import { videoOfJob } from '#domain/video-of-job.ts'
import type { WorkArea } from '#domain/work-area.ts'

export interface DeletePorts {
  readonly catalog: Catalog
  readonly jobs: JobQueue
  readonly blobs: BlobStore
  readonly work: WorkArea
  readonly sources: SourceFiles
  readonly events: Events
}

/** Takes the video out of sight at once; its bytes go by a job, which also survives a crash. */
export async function requestDelete(videoId: VideoId, { catalog, jobs, events }: DeletePorts): Promise<void> {
  await catalog.updateVideo(videoId, { state: 'deleting' })
  events.emit({ kind: 'video-removed', videoId })
  await cancelIngest(videoId, jobs)
  await jobs.add('delete-video', { videoId }, { dedupeKey: `delete ${videoId}`, priority: 10 })
}

/** Deletes the blobs, then the rows. Run again after a crash it goes on. */
export async function deleteVideo(
  videoId: VideoId,
  ports: DeletePorts & { readonly recordings: Pick<Recordings, 'remove'> },
  signal: AbortSignal,
): Promise<void> {
  const { catalog, jobs, blobs, work } = ports
  await ingestStopped(videoId, jobs, signal)
  const source = await catalog.source(videoId)
  if (source?.owned) await removeSource(source, ports)
  // All at once: a store may delete what comes together in one call.
  await Promise.all((await catalog.packs(videoId)).map(async ({ ref }) => ref && (await blobs.delete(ref, signal))))
  await work.removeVideo(videoId)
  await catalog.removeVideo(videoId)
}

/** What is no file is a recording, of whose folder other files stay. */
async function removeSource(
  { path, sidecars = [] }: VideoSource,
  { sources, recordings }: { readonly sources: SourceFiles; readonly recordings: Pick<Recordings, 'remove'> },
): Promise<void> {
  const downloadId = (await sources.size(path)) === null ? downloadIdOf(path) : null
  await (downloadId === null ? sources.remove(path) : recordings.remove(downloadId))
  for (const sidecar of sidecars) await sources.remove(sidecar.path)
}

/** A cancelled ingest needs a moment to let go; until then it could still store a pack. */
async function ingestStopped(videoId: VideoId, jobs: JobQueue, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted()
    const running = await jobs.list({ states: ['running'] })
    if (!running.some((job) => isIngestOf(videoId, job))) return
    await new Promise((resolve) => setTimeout(resolve, LET_GO_POLL_MS))
  }
}

const LET_GO_POLL_MS = 100

async function cancelIngest(videoId: VideoId, jobs: JobQueue): Promise<void> {
  const alive = await jobs.list({ states: ['waiting', 'running', 'paused'] })
  for (const job of alive) if (isIngestOf(videoId, job)) await jobs.cancel(job.id)
}

/** A download that fills the video ends too. */
function isIngestOf(videoId: VideoId, job: Job): boolean {
  return job.name !== 'delete-video' && videoOfJob(job) === videoId
}
