/** What the operator decided about the HTTP surface. */
export interface HttpConfig {
  readonly version: string
  /** LOCAL_HOST: a name or an address; 0.0.0.0 and :: are all addresses. */
  readonly host: string
  /** LOCAL_PORT; 0 takes any free one. */
  readonly port: number
  /** PUBLIC_DOMAIN: a name, with a port when it is not the usual one. */
  readonly publicDomain: string | null
  /** FORCE_HTTPS: a proxy before us ends TLS. */
  readonly forceHttps: boolean
  /** SSL_CERT_PATH and SSL_KEY_PATH: we end TLS. */
  readonly tls: { readonly certPath: string; readonly keyPath: string } | null
  /** Where uploads grow; made when it is not there. */
  readonly uploadsDir: string
  /** MAX_UPLOAD_SIZE in bytes. */
  readonly maxUploadBytes: number
  /** The built page; null serves none. */
  readonly webRoot: string | null
  /** Proves that a caller can read our data folder; see auth/local-token.ts. */
  readonly localToken: string
  readonly limits?: Partial<HttpLimits>
  /** TRUSTED_PROXIES: addresses and nets whose X-Forwarded-For is believed; none when missing. */
  readonly trustedProxies?: readonly string[]
  /** RATE_LIMIT_INFO and RATE_LIMIT_DOWNLOAD. */
  readonly rates?: RouteRates
}

/** How often one caller may ask for what costs others: the servers of addresses that people name. */
export interface RouteRates {
  readonly info: { readonly count: number; readonly windowMs: number }
  readonly download: { readonly count: number; readonly windowMs: number }
}

export const DEFAULT_RATES: RouteRates = {
  info: { count: 10, windowMs: 60_000 },
  download: { count: 3, windowMs: 60_000 },
}

export interface HttpLimits {
  readonly maxConnections: number
  /** From one address that is neither this machine's own nor a trusted proxy's. */
  readonly maxConnectionsPerAddress: number
  /** A reader is slow that has bytes waiting but takes fewer than this per second… */
  readonly minReadBytesPerSec: number
  /** …and so is a sender of a body, whatever it is for, that sends fewer. */
  readonly minUploadBytesPerSec: number
  /** Over how long the two rates are measured. */
  readonly rateWindowMs: number
  /** With more connections than this, slow readers are cut after one window… */
  readonly crowdedConnections: number
  /** …with fewer they may rest so long: a paused player is a reader that takes nothing, and loses pictures when cut. */
  readonly slowReaderPatienceMs: number
  /** An upload that got no byte for so long is removed. */
  readonly idleUploadMs: number
  readonly maxOpenUploads: number
  /** Open live feeds at once. */
  readonly maxFeeds: number
  /** How long `close` lets answers finish. */
  readonly closeGraceMs: number
}

const HOUR_MS = 3_600_000

export const DEFAULT_LIMITS: HttpLimits = {
  maxConnections: 20_000,
  maxConnectionsPerAddress: 256,
  // Under 1 KB/s for 30 s with bytes pending.
  minReadBytesPerSec: 1024,
  minUploadBytesPerSec: 1024,
  rateWindowMs: 30_000,
  crowdedConnections: 256,
  slowReaderPatienceMs: HOUR_MS / 2,
  idleUploadMs: 72 * HOUR_MS,
  maxOpenUploads: 1000,
  maxFeeds: 200,
  closeGraceMs: 10_000,
}
