import { z } from 'zod'
import { Status } from './status.ts'

/** Answer of GET /debug: what goes into a report of a fault. Secrets are masked or blacked out. */
export const Debug = z.object({
  takenAt: z.iso.datetime(),
  program: z.object({
    version: z.string(),
    node: z.string(),
    platform: z.string(),
    arch: z.string(),
    processors: z.number(),
    uptimeSec: z.number(),
  }),
  memory: z.object({ residentBytes: z.number(), heapUsedBytes: z.number(), heapBytes: z.number() }),
  /** As `telereel config` shows them, in its order. */
  settings: z.array(
    z.object({ name: z.string(), value: z.string(), origin: z.string(), problem: z.string().nullable() }),
  ),
  status: Status,
  http: z.object({ connections: z.number(), cutConnections: z.number(), feeds: z.number() }),
  /** What was asked of the store since the start. */
  storeCalls: z.array(z.object({ call: z.string(), outcome: z.string(), count: z.number(), bytes: z.number() })),
  /** The newest jobs that failed, by kind and cause. */
  failedJobs: z.array(
    z.object({
      name: z.string(),
      attempts: z.number(),
      code: z.string(),
      message: z.string(),
      updatedAt: z.iso.datetime(),
    }),
  ),
  /** The newest warnings and errors of the log, oldest first. */
  notes: z.array(
    z.object({
      at: z.iso.datetime(),
      level: z.enum(['warn', 'error']),
      message: z.string(),
      /** Of the error behind it. */
      cause: z.string().nullable(),
    }),
  ),
})
export type Debug = z.infer<typeof Debug>
