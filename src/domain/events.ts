import type { Job } from './job-queue.ts'
import type { JobId, VideoId } from './ids.ts'

/** What happened, for whoever watches: the live feed, logs, metrics. */
export type ProductEvent =
  | { readonly kind: 'video-changed'; readonly videoId: VideoId }
  | { readonly kind: 'video-removed'; readonly videoId: VideoId }
  | { readonly kind: 'job-changed'; readonly job: Job }
  | { readonly kind: 'job-removed'; readonly jobId: JobId }
  | { readonly kind: 'segments-added'; readonly videoId: VideoId; readonly playableSec: number }
  | {
      readonly kind: 'note'
      readonly level: 'info' | 'warn' | 'error'
      readonly message: string
      readonly fields?: Readonly<Record<string, unknown>>
    }

/** Tells listeners; never throws, never waits. */
export interface Events {
  emit(event: ProductEvent): void
}
