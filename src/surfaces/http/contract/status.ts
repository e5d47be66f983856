import { z } from 'zod'
import { DownloadFigures } from './download.ts'

export const CacheStats = z.object({
  /** Requests answered from memory or from disk; the others are misses. */
  hits: z.number(),
  misses: z.number(),
  memoryHits: z.number(),
  diskHits: z.number(),
  /** hits / (hits + misses), 0 to 1; 0 before the first request. */
  hitRate: z.number(),
  /** Of the last tier, which as a rule holds what the others hold. */
  bytes: z.number(),
  maxBytes: z.number(),
  items: z.number(),
  evictions: z.number(),
  /** The nearest first. */
  tiers: z.array(
    z.object({
      kind: z.enum(['memory', 'disk']),
      bytes: z.number(),
      maxBytes: z.number(),
      items: z.number(),
      evictions: z.number(),
      /** Entries found damaged and removed. */
      damaged: z.number(),
    }),
  ),
  /** Fetched ahead of viewers since the start, and on their way now. */
  preloads: z.number(),
  preloadsRunning: z.number(),
  /** Fetched to keep the beginnings of videos at hand. */
  warmed: z.number(),
  sessions: z.object({ active: z.number(), started: z.number() }),
})
export type CacheStats = z.infer<typeof CacheStats>

/** Answer of POST /cache/clear. */
export const CacheCleared = z.object({ removedItems: z.number(), removedBytes: z.number() })
export type CacheCleared = z.infer<typeof CacheCleared>

export const BotStatus = z.object({
  /** The setting its token came from. */
  setting: z.string(),
  username: z.string().nullable(),
  state: z.enum(['ok', 'waiting', 'failing', 'no-access', 'revoked']),
  waitingUntil: z.iso.datetime().nullable(),
  lastFault: z.string().nullable(),
  sentBytes: z.number(),
  receivedBytes: z.number(),
  /** How often it was asked to wait. */
  limits: z.number(),
})
export type BotStatus = z.infer<typeof BotStatus>

const StoreStatus = z.object({
  kind: z.string(),
  description: z.string(),
  /** Why nothing can be stored at this moment; null when it can. */
  waiting: z.string().nullable(),
  /** Empty unless bots store. */
  bots: z.array(BotStatus),
  channels: z.array(
    z.object({
      chatId: z.number(),
      /** Of ours, that stand there. */
      messages: z.number(),
      bytes: z.number(),
      /** Numbers that are used up, deleted and foreign messages too, of those after which it takes no more. */
      usedMessages: z.number(),
      maxMessages: z.number(),
      isNearlyFull: z.boolean(),
      isFull: z.boolean(),
      /** Bytes that still fit; null while nothing is there. */
      forecastBytes: z.number().nullable(),
    }),
  ),
})

/** Answer of GET /api/status and GET /status. */
export const Status = z.object({
  version: z.string(),
  startedAt: z.iso.datetime(),
  uptimeSec: z.number(),
  store: StoreStatus,
  /** Null version: not found; `problem` says how to get it. */
  ffmpeg: z.object({ version: z.string().nullable(), problem: z.string().nullable() }),
  sandbox: z.enum(['full', 'partial', 'none', 'unknown']),
  hardwareEncoder: z.object({
    /** What FFMPEG_HARDWARE_ACCEL asks for; null when it asks for none. */
    wanted: z.string().nullable(),
    /** What passed its test; null means encoding in software. */
    active: z.string().nullable(),
  }),
  disk: z.object({
    freeBytes: z.number().nullable(),
    totalBytes: z.number().nullable(),
    /** Promised to uploads that still run. */
    reservedBytes: z.number(),
    /** Kept free always. */
    headroomBytes: z.number(),
  }),
  network: z.object({
    localUrl: z.string(),
    publicUrl: z.string().nullable(),
    /** Others on the network can reach the page, and there is no login yet. */
    beyondLoopback: z.boolean(),
    https: z.enum(['own-certificate', 'proxy', 'none']),
  }),
  upload: z.object({
    maxBytes: z.number(),
    /** The piece size we advise for tus. */
    chunkBytes: z.number(),
  }),
  library: z.object({
    processing: z.number(),
    active: z.number(),
    error: z.number(),
    segments: z.number(),
    subtitles: z.number(),
    storedBytes: z.number(),
    durationSec: z.number(),
  }),
  jobs: z.object({ running: z.number(), waiting: z.number() }),
  cache: CacheStats,
  /** Missing where nothing can be downloaded. */
  downloads: DownloadFigures.optional(),
  /** What a person should mend, worst first; empty when all is well. */
  problems: z.array(z.object({ message: z.string(), fix: z.string().nullable() })),
})
export type Status = z.infer<typeof Status>

/** Answer of GET /health: booleans only. */
export const Health = z.object({ ok: z.boolean(), catalog: z.boolean(), store: z.boolean() })
export type Health = z.infer<typeof Health>
