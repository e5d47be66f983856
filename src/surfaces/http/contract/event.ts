import { z } from 'zod'
import { Download } from './download.ts'
import { Job } from './job.ts'
import { VideoSummary } from './video.ts'

/**
 * What GET /api/events (Server-Sent Events) brings: each message is one JSON of this union in `data:` with an `id:`,
 * under the default event name, so that `onmessage` gets all. At most 4 a second per video and per job.
 * After a reconnect the browser's Last-Event-ID fetches what was missed; when that is too long ago, `reset` comes first.
 */
export const FeedMessage = z.discriminatedUnion('kind', [
  /** Everything seen before may be stale: load it again. Comes first on a fresh connection too. */
  z.object({ kind: z.literal('reset') }),
  z.object({ kind: z.literal('video'), video: VideoSummary }),
  z.object({ kind: z.literal('video-removed'), videoId: z.string() }),
  z.object({ kind: z.literal('job'), job: Job }),
  /** Instead of `job` for downloads. */
  z.object({ kind: z.literal('download'), download: Download }),
  /** Somebody had it forgotten. */
  z.object({ kind: z.literal('job-removed'), jobId: z.string() }),
  z.object({ kind: z.literal('playable'), videoId: z.string(), playableSec: z.number() }),
  /** Comes every few seconds, without an `id:`: a feed that says nothing for longer is dead, whatever its connection says. */
  z.object({ kind: z.literal('ping') }),
  z.object({ kind: z.literal('note'), level: z.enum(['info', 'warn', 'error']), message: z.string() }),
])
export type FeedMessage = z.infer<typeof FeedMessage>
