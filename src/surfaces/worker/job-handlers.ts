import type { Catalog } from '#domain/catalog.ts'
import { NotFoundError, ProductError } from '#domain/errors.ts'
import type { Events } from '#domain/events.ts'
import type { VideoId } from '#domain/ids.ts'
import type { JobContext, JobHandlers } from '#domain/job-queue.ts'
import { ingestRecording, type RecordingIngestPorts } from '#features/ingest/ingest-recording.ts'
import { ingestVideo } from '#features/ingest/ingest-video.ts'
import type { PlanSettings } from '#features/ingest/plan-ingest.ts'
import { type DeletePorts, deleteVideo } from '#features/library/delete-video.ts'
import { failVideo } from '#features/library/fail-video.ts'
import { reportWithWaits, type StoreWait } from './report-waits.ts'

export interface WorkerPorts extends RecordingIngestPorts, DeletePorts {
  readonly catalog: Catalog
  readonly events: Events
  readonly storeWait: StoreWait
}

type IngestSettings = Omit<PlanSettings, 'maxSegmentBytes'>

/** Which feature does which job. */
export function jobHandlers(ports: WorkerPorts, settings: IngestSettings): JobHandlers {
  return {
    'ingest-video': ({ videoId }, context) => ingest(videoId, context, ports, { settings, story: ingestVideo }),
    'ingest-recording': ({ videoId }, context) => ingest(videoId, context, ports, { settings, story: ingestRecording }),
    'delete-video': ({ videoId }, { signal }) => deleteVideo(videoId, ports, signal),
  }
}

async function ingest(
  videoId: VideoId,
  { signal, attempt, lastAttempt, report }: JobContext,
  ports: WorkerPorts,
  { settings, story }: { readonly settings: IngestSettings; readonly story: typeof ingestRecording },
): Promise<void> {
  using told = reportWithWaits(report, ports.storeWait)
  try {
    await story(videoId, ports, { settings, signal, report: told.report })
  } catch (error) {
    if (signal.aborted || error instanceof NotFoundError) throw error
    const expected = error instanceof ProductError
    const final = expected ? error.retry === 'never' : lastAttempt
    const fields = { videoId, attempt, error }
    ports.events.emit({ kind: 'note', level: expected ? 'warn' : 'error', message: 'An ingest stopped.', fields })
    if (final) {
      await failVideo(videoId, error, ports.catalog)
      ports.events.emit({ kind: 'video-changed', videoId })
    }
    throw error
  }
}
