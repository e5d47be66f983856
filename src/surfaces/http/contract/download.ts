import { z } from 'zod'
import { JobId, JobProgress } from './job.ts'

const Language = z.string().regex(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,5}$/)
/** A header that a person may set; names and values as RFC 9110 §5 wants them. */
const HeaderName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/)
const HeaderValue = z
  .string()
  .max(8192)
  .regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'must not hold control characters')
/** Browsers send about twenty; all of them are kept with the job. */
const MAX_HEADERS = 50
const Address = z.string().trim().min(1).max(8192)

/** Who asks: sent to the host of the address, secrets nowhere else unless `hosts` says so. */
export const Identity = z.object({
  headers: z
    .record(HeaderName, HeaderValue)
    .refine((headers) => Object.keys(headers).length <= MAX_HEADERS, `must be at most ${MAX_HEADERS}`)
    .default({}),
  hosts: z.array(z.string().min(1).max(253)).max(20).default([]),
  proxy: z.string().max(1024).optional(),
  /** A cookies file that the owner put into the data folder. */
  cookies: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/)
    .optional(),
})

/** Answer of GET /api/cookies: what `Identity.cookies` may name; never what is in the files. */
export const CookieFileList = z.object({
  files: z.array(
    z.object({
      name: z.string(),
      /** Those it is bound to. */
      domains: z.array(z.string()),
      /** Whole days since it was written; sites soon refuse old ones. Null when it cannot be read. */
      ageDays: z.number().nullable(),
      /** Why it is of no use as it is. */
      problem: z.object({ message: z.string(), fix: z.string().nullable() }).nullable(),
    }),
  ),
})
export type CookieFileList = z.infer<typeof CookieFileList>

/** Body of POST /api/video-info. */
export const LinkQuestion = z.object({ url: Address, identity: Identity.prefault({}) })
export type LinkQuestion = z.input<typeof LinkQuestion>

export const LinkFormat = z.object({
  id: z.string(),
  label: z.string(),
  height: z.number().nullable(),
  width: z.number().nullable(),
  bitsPerSec: z.number().nullable(),
  byteLength: z.number().nullable(),
  codecs: z.string().nullable(),
  hasVideo: z.boolean(),
  hasAudio: z.boolean(),
})
export type LinkFormat = z.infer<typeof LinkFormat>

/** Answer of POST /api/video-info: what stands at an address, before anything is downloaded. */
export const LinkInfo = z.object({
  url: z.string(),
  kind: z.enum(['hls', 'file', 'page']),
  title: z.string(),
  durationSec: z.number().nullable(),
  isLive: z.boolean(),
  byteLength: z.number().nullable(),
  thumbnail: z.string().nullable(),
  uploader: z.string().nullable(),
  /** Best first. */
  formats: z.array(LinkFormat),
  audioLanguages: z.array(z.string()),
  subtitleLanguages: z.array(z.string()),
  entries: z.array(
    z.object({ number: z.number(), title: z.string(), url: z.string(), durationSec: z.number().nullable() }),
  ),
  notes: z.array(z.string()),
})
export type LinkInfo = z.infer<typeof LinkInfo>

/** Body of POST /api/download. */
export const DownloadOrder = z.object({
  url: Address,
  target: z.enum(['library', 'file']).default('library'),
  container: z.enum(['original', 'mp4', 'mkv']).default('original'),
  title: z.string().trim().min(1).max(300).optional(),
  /** A number is the most lines of a picture. */
  quality: z.union([z.enum(['best', 'worst', 'audio-only']), z.number().int().min(100).max(10_000)]).default('best'),
  audioLanguages: z.array(Language).max(20).default([]),
  subtitles: z.union([z.enum(['all', 'none']), z.array(Language).max(20)]).default('all'),
  /** Of LinkInfo.formats; wins over `quality`. */
  formatId: z.string().max(100).optional(),
  /** Of a page that is a list. */
  entries: z.array(z.number().int().min(1).max(10_000)).max(1000).optional(),
  identity: Identity.prefault({}),
  allowGaps: z.boolean().default(false),
  liveFrom: z.enum(['start', 'edge']).default('start'),
  /** Ends a recording by itself. */
  maxDurationSec: z
    .number()
    .int()
    .min(1)
    .max(7 * 86_400)
    .optional(),
  /** Higher first. */
  priority: z.number().int().min(-100).max(100).default(0),
})
export type DownloadOrder = z.input<typeof DownloadOrder>

/** Answer of POST /api/download. */
export const DownloadStarted = z.object({ jobId: JobId })
export type DownloadStarted = z.infer<typeof DownloadStarted>

const Gap = z.object({
  rendition: z.string(),
  msn: z.number(),
  count: z.number(),
  startSec: z.number(),
  durationSec: z.number(),
  why: z.string(),
})

export const DownloadResult = z.object({
  state: z.enum(['complete', 'gaps']),
  kind: z.enum(['hls', 'file', 'page']),
  title: z.string(),
  byteLength: z.number(),
  sha256: z.string().nullable(),
  videoId: z.string().nullable(),
  /** Whether GET /api/downloads/{id}/file gives it. */
  hasFile: z.boolean(),
  /** Names of the subtitles beside it; the n-th from 0 is given by GET /api/downloads/{id}/subtitles/{n}. */
  subtitleFiles: z.array(z.string()),
  gaps: z.array(Gap),
  notes: z.array(z.string()),
  entries: z.array(z.object({ url: z.string(), title: z.string() })),
})
export type DownloadResult = z.infer<typeof DownloadResult>

/** Answer of GET /api/download-status/{jobId}; the address without what may be secret. */
export const Download = z.object({
  jobId: JobId,
  /** Without its query, user part and fragment. */
  url: z.string(),
  title: z.string().nullable(),
  target: z.enum(['library', 'file']),
  /** `failed` may be retried and goes on where it was. */
  state: z.enum(['waiting', 'running', 'paused', 'done', 'failed', 'cancelled']),
  attempts: z.number(),
  priority: z.number(),
  progress: JobProgress.nullable(),
  failure: z.object({ code: z.string(), message: z.string() }).nullable(),
  /** When one that failed and waits is tried again by itself. */
  retryAt: z.iso.datetime().nullish(),
  result: DownloadResult.nullable(),
  /** The library video that it fills, as soon as there is one: it can be watched before the download ends. */
  videoId: z.string().nullable(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
})
export type Download = z.infer<typeof Download>

/** Answer of GET /api/downloads: newest first. */
export const DownloadList = z.object({ downloads: z.array(Download) })
export type DownloadList = z.infer<typeof DownloadList>

/** Answer of DELETE /api/downloads (all that have ended) and POST /api/downloads/retry-failed: how many it were. */
export const DownloadCount = z.object({ count: z.number() })
export type DownloadCount = z.infer<typeof DownloadCount>

/** Body of PATCH /api/downloads/{id}. */
export const DownloadChange = z.object({ priority: z.number().int().min(-100).max(100) })
export type DownloadChange = z.infer<typeof DownloadChange>

/** Body of POST /api/downloads/{id}/retry, which may be left out. */
export const DownloadRetry = z.object({
  /** What cannot be had is left out and told from now on. */
  allowGaps: z.boolean().optional(),
})
export type DownloadRetry = z.infer<typeof DownloadRetry>

/** Answer of GET /api/downloads/{id}/log?after=N. */
export const DownloadLog = z.object({
  lines: z.array(
    z.object({
      number: z.number(),
      at: z.iso.datetime(),
      level: z.enum(['info', 'warn', 'error']),
      text: z.string(),
    }),
  ),
})
export type DownloadLog = z.infer<typeof DownloadLog>

/** Part of GET /api/status: how downloads leave this machine. */
export const DownloadFigures = z.object({
  pool: z.object({
    created: z.number(),
    reused: z.number(),
    active: z.number(),
    idle: z.number(),
    /** Requests that had to wait for a connection since the start, and that wait now. */
    waits: z.number(),
    waiting: z.number(),
    maxConnections: z.number(),
  }),
  dns: z.object({ entries: z.number(), hits: z.number(), misses: z.number() }),
  playlists: z.object({
    enabled: z.boolean(),
    hits: z.number(),
    misses: z.number(),
    expired: z.number(),
    entries: z.number(),
    bytes: z.number(),
    maxBytes: z.number(),
  }),
  governor: z.object({
    enabled: z.boolean(),
    downloads: z.object({ now: z.number(), most: z.number() }),
    connections: z.object({ now: z.number(), most: z.number() }),
    cpuPercent: z.number().nullable(),
    memoryPercent: z.number().nullable(),
    ownCpuPercent: z.number().nullable(),
    ownMemoryBytes: z.number().nullable(),
    history: z.array(
      z.object({ at: z.iso.datetime(), downloads: z.number(), connections: z.number(), why: z.string() }),
    ),
  }),
  /** yt-dlp; null version: not found. */
  pageTool: z.object({ version: z.string().nullable(), problem: z.string().nullable() }),
})
export type DownloadFigures = z.infer<typeof DownloadFigures>
