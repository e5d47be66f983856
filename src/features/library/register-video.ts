import type { Catalog, VideoSource } from '#domain/catalog.ts'
import { InvalidInputError, NotMediaError } from '#domain/errors.ts'
import type { Events } from '#domain/events.ts'
import type { VideoId } from '#domain/ids.ts'
import type { JobQueue } from '#domain/job-queue.ts'
import type { SourceFiles } from '#domain/source-files.ts'
import { titleFromFilename } from '#domain/title-from-filename.ts'

export interface RegisterPorts {
  readonly catalog: Catalog
  readonly jobs: JobQueue
  readonly sources: SourceFiles
  readonly events: Events
}

export interface NewSource extends VideoSource {
  readonly videoId: VideoId
  readonly originalFilename: string
  readonly title?: string
  readonly createdAt: Date
}

/** Makes a file a queued video with an ingest job. Registering the same id again changes nothing. */
export async function registerVideo(source: NewSource, ports: RegisterPorts): Promise<void> {
  const { videoId, originalFilename, title, createdAt, ...where } = source
  const { path } = where
  const byteLength = await ports.sources.size(path)
  if (byteLength === null) {
    throw new InvalidInputError(`There is no file ${path}.`, { fix: 'Check the name and that it is a plain file.' })
  }
  if (byteLength === 0) {
    const fix = 'Copy or download it again.'
    throw new NotMediaError(`${originalFilename} is empty.`, { why: 'The file has 0 bytes.', fix })
  }
  await ports.catalog.addVideo({
    id: videoId,
    title: title?.trim() || titleFromFilename(originalFilename),
    originalFilename,
    byteLength,
    source: where,
    createdAt,
  })
  await addIngestJob(videoId, ports.jobs)
  ports.events.emit({ kind: 'video-changed', videoId })
}

/** At most one waits or runs per video. */
export async function addIngestJob(videoId: VideoId, jobs: JobQueue): Promise<void> {
  await jobs.add('ingest-video', { videoId }, { dedupeKey: `ingest ${videoId}`, maxAttempts: INGEST_ATTEMPTS })
}

/** Of errors that may pass, a full disk above all; a crash of the process does not count. */
const INGEST_ATTEMPTS = 5
