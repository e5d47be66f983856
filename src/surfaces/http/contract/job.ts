import { z } from 'zod'

export const JobProgress = z.object({
  /** One word: probe, index, cut, store, publish; look, download, record (live: may be ended well), join. */
  stage: z.string(),
  /** 0 to 100. */
  percent: z.number(),
  bytesPerSec: z.number(),
  secondsLeft: z.number().nullable(),
  /** Got so far, where bytes are what counts. */
  bytes: z.number().optional(),
  /** Null while unknown. */
  totalBytes: z.number().nullable().optional(),
  /** Something of a stream is recorded: the download may be ended with that, also when it does not run. */
  recorded: z.boolean().optional(),
  /** Why it stands still, in words. */
  note: z.string().optional(),
})
export type JobProgress = z.infer<typeof JobProgress>

export const JobId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/)

/** `paused`: goes on when it is told to. */
const JobState = z.enum(['waiting', 'running', 'paused', 'done', 'failed', 'cancelled'])

export const Job = z.object({
  id: JobId,
  name: z.enum(['ingest-video', 'ingest-recording', 'delete-video', 'download']),
  /** Null: a download that fills none, or not yet. */
  videoId: z.string().nullable(),
  state: JobState,
  attempts: z.number(),
  progress: JobProgress.nullable(),
  failure: z.object({ code: z.string(), message: z.string() }).nullable(),
  /** When one that failed and waits is tried again by itself. */
  retryAt: z.iso.datetime().nullish(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
})
export type Job = z.infer<typeof Job>

/** Answer of GET /api/jobs: newest first. */
export const JobList = z.object({ jobs: z.array(Job) })
export type JobList = z.infer<typeof JobList>

/** Query of GET /api/jobs. */
export const JobQuery = z.object({
  state: JobState.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})
