import { resolve } from 'node:path'
import { type BotConfig, type Bots, readBots, type StreamBotConfig } from './bots.ts'
import { findConflicts, storeKind } from './cross-checks.ts'
import type { Sources } from './env.ts'
import type { Fault } from './fault.ts'
import type { HostPort, Rate } from './format.ts'
import { findNotices } from './notices.ts'
import { type Reading, readSettings, shownValue, valuesOf } from './read-settings.ts'
import type { Secret } from './secrets.ts'
import type { SettingValues } from './settings.ts'
import type { LogLevel } from './settings/logs.ts'

/** Everything the product was told, checked and complete. Paths are absolute. Safe to print: secrets mask themselves. */
export interface Config {
  readonly http: {
    readonly host: string
    readonly port: number
    /** `host` or `host:port`. */
    readonly publicDomain?: string
    readonly forceHttps: boolean
    readonly tls?: { readonly certPath: string; readonly keyPath: string }
    /** IP addresses and networks in CIDR form. */
    readonly trustedProxies: readonly string[]
  }
  readonly dataDir: string
  readonly store:
    | { readonly kind: 'disk' }
    | { readonly kind: 'telegram' }
    | {
        readonly kind: 's3'
        readonly endpoint: string
        readonly bucket: string
        readonly accessKey: Secret
        readonly secretKey: Secret
      }
  readonly encryption: boolean
  readonly replicas: number
  readonly telegram: {
    readonly apiRoot: string
    readonly bots: readonly BotConfig[]
    readonly streamBots: readonly StreamBotConfig[]
    readonly mtproto?: { readonly apiId: number; readonly apiHash: Secret }
    readonly adminIds: readonly number[]
    readonly allowedUsers: readonly number[]
  }
  readonly media: {
    readonly minSegmentSec: number
    readonly maxSegmentSec: number
    readonly maxChunkBytes: number
    readonly maxUploadBytes: number
    readonly hardwareAccel: '' | 'nvidia' | 'intel' | 'vaapi'
    readonly ffmpegThreads?: number
    readonly oversized: 'split' | 'reencode'
    /** A path, or a bare name to be looked up in PATH. */
    readonly ffmpegPath: string
    readonly ffprobePath: string
    readonly ytdlpPath: string
  }
  readonly cache: {
    readonly kind: 'memory' | 'disk'
    readonly maxBytes: number
    readonly dir: string
    readonly preloadSegments: number
    readonly maxConcurrentPreloads: number
    /** Segments kept warm at the start of a popular video; 0 = no warming. */
    readonly warmingSegments: number
    readonly sessionCleanupIntervalSec: number
    readonly sessionIdleTimeoutSec: number
    readonly streamingThresholdBytes: number
  }
  readonly database:
    | { readonly kind: 'sqlite'; readonly path: string }
    | { readonly kind: 'postgres'; readonly url: Secret }
  readonly downloads: {
    readonly pool: {
      readonly maxConnections: number
      readonly maxKeepAlive: number
      readonly dnsTtlSec: number
      readonly timeoutSec: number
      readonly connectTimeoutSec: number
    }
    readonly playlistCache: { readonly enabled: boolean; readonly ttlSec: number; readonly maxBytes: number }
    readonly governor: {
      readonly enabled: boolean
      readonly cpuThresholdPercent: number
      readonly memoryThresholdPercent: number
      readonly checkIntervalSec: number
    }
  }
  readonly scale: {
    readonly redis?: { readonly host: string; readonly port: number; readonly password?: Secret }
    readonly workerUrls: { readonly us?: string; readonly eu?: string; readonly asia?: string }
  }
  readonly access: {
    readonly adminPassword?: Secret
    readonly playback: 'signed' | 'open'
    readonly infoRate: Rate
    readonly downloadRate: Rate
    readonly fetchAllowHosts: readonly HostPort[]
  }
  readonly logs: { readonly level: LogLevel; readonly file?: string }
  /** PATH of this process, for children that get a clean environment. */
  readonly searchPath: string
}

/** A complete configuration with remarks worth a line at start, or everything that is wrong with the settings. */
export type LoadedConfig =
  | { readonly config: Config; readonly notices: readonly string[] }
  | { readonly faults: readonly Fault[] }

/** Reads, checks and completes the settings. Touches no file and starts nothing. */
export function loadConfig(sources: Sources): LoadedConfig {
  const readings = readSettings(sources)
  const bots = readBots(readings)
  const faults = findFaults(readings, bots)
  if (faults.length > 0) return { faults }
  return {
    config: toConfig(valuesOf(readings), bots, sources),
    notices: findNotices(sources, readings),
  }
}

/** Every fault of the settings, at most one per name. */
export function findFaults(readings: readonly Reading[], bots: Bots): Fault[] {
  const single = [...readings.flatMap(({ fault }) => fault ?? []), ...bots.faults]
  const wrong = new Set(single.map(({ name }) => name))
  const conflicts = findConflicts(valuesOf(readings), bots.bots, (name) => wrong.has(name))
  const shown = conflicts.map(({ name, allowed }): Fault => {
    const reading = readings.find((candidate) => candidate.name === name)
    const text = reading?.text || reading?.setting.fallback
    return reading && text ? { name, shown: shownValue({ ...reading, text }), allowed } : { name, allowed }
  })
  return [...new Map([...single, ...shown].map((fault) => [fault.name, fault])).values()]
}

function toConfig(values: SettingValues, { bots, streamBots }: Bots, { workingDir, environment }: Sources): Config {
  const dataDir = resolve(workingDir, values.DATA_DIR)
  const kind = storeKind(values, bots)
  return {
    http: toHttp(values, workingDir),
    dataDir,
    store: toStore(kind, values),
    encryption: values.ENCRYPTION === 'on' || (values.ENCRYPTION === 'auto' && kind === 'telegram'),
    replicas: values.REPLICAS,
    telegram: {
      apiRoot: values.BOT_API_ROOT,
      bots,
      streamBots,
      ...(values.API_ID && values.API_HASH && { mtproto: { apiId: values.API_ID, apiHash: values.API_HASH } }),
      adminIds: values.ADMIN_IDS ?? [],
      allowedUsers: values.ALLOWED_USERS ?? [],
    },
    media: toMedia(values),
    cache: toCache(values, dataDir),
    database: toDatabase(values, workingDir, dataDir),
    downloads: toDownloads(values),
    scale: toScale(values),
    access: {
      ...(values.ADMIN_PASSWORD && { adminPassword: values.ADMIN_PASSWORD }),
      playback: values.PLAYBACK_ACCESS,
      infoRate: values.RATE_LIMIT_INFO,
      downloadRate: values.RATE_LIMIT_DOWNLOAD,
      fetchAllowHosts: values.FETCH_ALLOW_HOSTS ?? [],
    },
    logs: { level: values.LOG_LEVEL, ...(values.LOG_FILE && { file: resolve(workingDir, values.LOG_FILE) }) },
    searchPath: environment.PATH ?? '',
  }
}

function toHttp(values: SettingValues, workingDir: string): Config['http'] {
  const { PUBLIC_DOMAIN: domain, SSL_CERT_PATH: cert, SSL_KEY_PATH: key } = values
  return {
    host: values.LOCAL_HOST,
    port: values.LOCAL_PORT,
    ...(domain && { publicDomain: domain.port ? `${domain.host}:${domain.port}` : domain.host }),
    forceHttps: values.FORCE_HTTPS,
    ...(cert && key && { tls: { certPath: resolve(workingDir, cert), keyPath: resolve(workingDir, key) } }),
    trustedProxies: values.TRUSTED_PROXIES ?? [],
  }
}

function toStore(kind: Config['store']['kind'], values: SettingValues): Config['store'] {
  const { R2_ENDPOINT: endpoint, R2_ACCESS_KEY: accessKey, R2_SECRET_KEY: secretKey, S3_BUCKET: bucket } = values
  if (kind === 's3' && endpoint && accessKey && secretKey && bucket) {
    return { kind, endpoint, bucket, accessKey, secretKey }
  }
  return { kind: kind === 'telegram' ? 'telegram' : 'disk' }
}

function toMedia(values: SettingValues): Config['media'] {
  return {
    minSegmentSec: values.MIN_SEGMENT_DURATION,
    maxSegmentSec: values.MAX_SEGMENT_DURATION,
    maxChunkBytes: values.MAX_CHUNK_SIZE,
    maxUploadBytes: values.MAX_UPLOAD_SIZE,
    hardwareAccel: values.FFMPEG_HARDWARE_ACCEL ?? '',
    ...(values.FFMPEG_THREADS && { ffmpegThreads: values.FFMPEG_THREADS }),
    oversized: values.OVERSIZED_SEGMENTS,
    ffmpegPath: values.FFMPEG_PATH,
    ffprobePath: values.FFPROBE_PATH,
    ytdlpPath: values.YTDLP_PATH,
  }
}

function toCache(values: SettingValues, dataDir: string): Config['cache'] {
  return {
    kind: values.CACHE_TYPE,
    maxBytes: values.CACHE_SIZE,
    dir: resolve(dataDir, values.CACHE_DIR),
    preloadSegments: values.PRELOAD_SEGMENTS,
    maxConcurrentPreloads: values.MAX_CONCURRENT_PRELOADS,
    warmingSegments: values.ENABLE_CACHE_WARMING ? values.CACHE_WARMING_SEGMENTS : 0,
    sessionCleanupIntervalSec: values.SESSION_CLEANUP_INTERVAL,
    sessionIdleTimeoutSec: values.SESSION_IDLE_TIMEOUT,
    streamingThresholdBytes: Math.round(values.STREAMING_THRESHOLD_GB * 2 ** 30),
  }
}

function toDatabase({ DATABASE_URL: url }: SettingValues, workingDir: string, dataDir: string): Config['database'] {
  if (url?.kind === 'postgres') return url
  return { kind: 'sqlite', path: url ? resolve(workingDir, url.path) : resolve(dataDir, 'catalog.db') }
}

function toDownloads(values: SettingValues): Config['downloads'] {
  return {
    pool: {
      maxConnections: values.CONNECTION_POOL_MAX_CONNECTIONS,
      maxKeepAlive: values.CONNECTION_POOL_MAX_KEEPALIVE,
      dnsTtlSec: values.CONNECTION_POOL_TTL_DNS_CACHE,
      timeoutSec: values.CONNECTION_POOL_TIMEOUT,
      connectTimeoutSec: values.CONNECTION_POOL_CONNECT_TIMEOUT,
    },
    playlistCache: { enabled: values.CACHE_ENABLED, ttlSec: values.CACHE_TTL, maxBytes: values.CACHE_MAX_SIZE },
    governor: {
      enabled: values.RESOURCE_MONITOR_ENABLED,
      cpuThresholdPercent: values.RESOURCE_CPU_THRESHOLD,
      memoryThresholdPercent: values.RESOURCE_MEMORY_THRESHOLD,
      checkIntervalSec: values.RESOURCE_CHECK_INTERVAL,
    },
  }
}

function toScale(values: SettingValues): Config['scale'] {
  const { REDIS_HOST: host, REDIS_PORT: port, REDIS_PASSWORD: password } = values
  return {
    ...(host && { redis: { host, port, ...(password && { password }) } }),
    workerUrls: {
      ...(values.WORKER_US_URL && { us: values.WORKER_US_URL }),
      ...(values.WORKER_EU_URL && { eu: values.WORKER_EU_URL }),
      ...(values.WORKER_ASIA_URL && { asia: values.WORKER_ASIA_URL }),
    },
  }
}
