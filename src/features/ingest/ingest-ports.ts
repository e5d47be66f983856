import type { BlobStore } from '#domain/blob-store.ts'
import type { Catalog } from '#domain/catalog.ts'
import type { Events } from '#domain/events.ts'
import type { JobProgress } from '#domain/job-queue.ts'
import type { MediaTool } from '#domain/media-tool.ts'
import type { SourceFiles } from '#domain/source-files.ts'
import type { WorkArea } from '#domain/work-area.ts'
import type { IngestStep } from './ingest-step.ts'
import type { PlanSettings } from './plan-ingest.ts'

export interface IngestPorts {
  readonly catalog: Catalog
  readonly media: MediaTool
  readonly blobs: BlobStore
  readonly work: WorkArea
  readonly sources: SourceFiles
  readonly events: Events
}

export interface IngestOptions {
  readonly settings: Omit<PlanSettings, 'maxSegmentBytes'>
  readonly signal: AbortSignal
  report(progress: JobProgress): void
  /** Tests end the process here. */
  reached?(step: IngestStep): void
}
