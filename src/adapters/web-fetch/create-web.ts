import type { CookieFiles } from '#domain/cookie-files.ts'
import type { Web } from '#domain/web.ts'
import type { AllowedHost } from './allowed-hosts.ts'
import { ConnectionPool, type PoolFigures } from './connection-pool.ts'
import { Connector } from './connector.ts'
import { DnsCache, type DnsFigures, type Lookup } from './dns-cache.ts'
import { type EgressOptions, type EgressProxy, startEgressProxy } from './egress-proxy.ts'
import { Guard } from './guard.ts'
import { lookupAll } from './lookup-all.ts'
import { openAnswer } from './open-answer.ts'
import { PlaylistCache, type PlaylistCacheSettings, type PlaylistFigures } from './playlist-cache.ts'
import type { RateLimits } from './rate-guard.ts'
import { Texts } from './texts.ts'

export interface WebSettings {
  /** FETCH_ALLOW_HOSTS. */
  readonly allowHosts: readonly AllowedHost[]
  /** CONNECTION_POOL_*. */
  readonly pool: {
    readonly maxConnections: number
    readonly maxKeepAlive: number
    readonly dnsTtlSec: number
    readonly timeoutSec: number
    readonly connectTimeoutSec: number
  }
  /** CACHE_*. */
  readonly playlistCache: PlaylistCacheSettings
  /** Missing: requests that name a cookies file are refused. */
  readonly cookieFiles?: CookieFiles
  /** Instead of this machine's own resolver. */
  readonly lookup?: Lookup
  /** Certificate authorities to trust instead of the well-known ones (PEM). */
  readonly ca?: string
  /** Instead of 10 s without a byte, 1 KiB/s over 30 s. */
  readonly rate?: RateLimits
  /** Instead of a minute in which nothing moves through a tunnel of the egress proxy. */
  readonly egressIdleMs?: number
}

/** How the way out is used, since the start and now. */
export interface WebFigures {
  readonly pool: PoolFigures
  readonly dns: DnsFigures
  readonly playlists: PlaylistFigures
}

/** The way out, with its figures. Ending it breaks off everything under way. */
export interface GuardedWeb extends Web, AsyncDisposable {
  figures(): WebFigures
  /** A way out for a child process, by the same rules; for one job, ended with it. */
  startEgressProxy(options?: EgressOptions): Promise<EgressProxy>
}

const RATE: RateLimits = { stallMs: 10_000, minBytesPerSec: 1024, windowMs: 30_000 }
/** A child may keep connections for later requests; longer than this none of them does. */
const IDLE_MS = 60_000

/** The only way out to addresses of users: checked, pooled, bounded. */
export function createWeb(settings: WebSettings): GuardedWeb {
  const dns = new DnsCache(settings.lookup ?? lookupAll, settings.pool.dnsTtlSec * 1000)
  const guard = new Guard(settings.allowHosts, dns)
  const connector = new Connector(guard, { timeoutMs: settings.pool.connectTimeoutSec * 1000, ca: settings.ca })
  const pool = new ConnectionPool(connector, settings.pool)
  const playlists = new PlaylistCache(settings.playlistCache)
  const rate = settings.rate ?? RATE
  const limits = { ...rate, headMs: settings.pool.timeoutSec * 1000 }
  const ports = { guard, pool, limits, cookieFiles: settings.cookieFiles ?? null }
  const texts = new Texts((request, signal) => openAnswer(ports, request, { signal, encodings: 'gzip' }), playlists)
  return {
    open: (request, signal) => openAnswer(ports, request, { signal, encodings: 'identity' }),
    text: (request, signal) => texts.text(request, signal),
    figures: () => ({ pool: pool.figures(), dns: dns.figures(), playlists: playlists.figures() }),
    startEgressProxy: (options = {}) =>
      startEgressProxy({ guard, connector, limits: { ...rate, idleMs: settings.egressIdleMs ?? IDLE_MS } }, options),
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  }
}
