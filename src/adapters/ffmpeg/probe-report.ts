import { z } from 'zod'

/** ffprobe writes numbers as text as a rule, and leaves out what it does not know. */
const number = z
  .union([z.string(), z.number()])
  .optional()
  .catch(undefined)
  .transform((value) => {
    const parsed = value === undefined || value === '' ? Number.NaN : Number(value)
    return Number.isFinite(parsed) ? parsed : undefined
  })
const text = z.string().optional().catch(undefined)
const tags = z.record(z.string(), z.string()).optional().catch(undefined)
const flags = z.record(z.string(), z.number()).optional().catch(undefined)

const stream = z.object({
  index: z.number().int().nonnegative(),
  codec_type: text,
  codec_name: text,
  profile: z.union([z.string(), z.number()]).optional().catch(undefined),
  id: text,
  width: number,
  height: number,
  sample_aspect_ratio: text,
  pix_fmt: text,
  field_order: text,
  color_transfer: text,
  r_frame_rate: text,
  avg_frame_rate: text,
  time_base: text,
  start_time: number,
  duration: number,
  bit_rate: number,
  sample_rate: number,
  channels: number,
  disposition: flags,
  tags,
  side_data_list: z
    .array(z.object({ side_data_type: text, rotation: number }))
    .optional()
    .catch(undefined),
})

const report = z.object({
  streams: z.array(stream).default([]),
  chapters: z.array(z.object({ start_time: number, end_time: number, tags })).default([]),
  format: z.object({ format_name: text, start_time: number, duration: number, tags }),
})

export type ProbeReport = z.infer<typeof report>
export type ReportedStream = z.infer<typeof stream>

/** Reads ffprobe's JSON; null when it is none or holds no format. Single fields that make no sense count as missing. */
export function parseProbeReport(json: string): ProbeReport | null {
  try {
    return report.safeParse(JSON.parse(json)).data ?? null
  } catch {
    return null
  }
}
