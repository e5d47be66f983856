import { z } from 'zod'

/** Every error answer (`application/problem+json`, RFC 9457). */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  /** What went wrong, for a person. */
  detail: z.string(),
  /** Stable: `video-not-found`, `invalid-input`, `no-space` … */
  code: z.string(),
  why: z.string().optional(),
  /** What mends it. */
  fix: z.string().optional(),
  requestId: z.string(),
  /** With code `invalid-input`: which fields. */
  fields: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
})
export type Problem = z.infer<typeof Problem>

export const PROBLEM_MEDIA_TYPE = 'application/problem+json'
