import type { TrustedProxies } from './auth/trusted-proxies.ts'
import type { EventFeed } from './feed/event-feed.ts'
import type { HttpConfig, HttpLimits } from './http-config.ts'
import type { HttpPorts } from './http-ports.ts'
import type { ConnectionGuard } from './limits/connection-guard.ts'
import type { LinkMaker } from './links.ts'
import type { HttpMetrics } from './metrics/http-metrics.ts'
import type { TusUploads } from './uploads/tus-uploads.ts'

/** What the two halves of the server, media and framework, are built of. */
export interface HttpParts {
  readonly config: HttpConfig
  readonly limits: HttpLimits
  readonly ports: HttpPorts
  readonly feed: EventFeed
  readonly uploads: TusUploads
  readonly metrics: HttpMetrics
  /** Known in full once the port is. */
  readonly links: () => LinkMaker
  readonly guard: () => ConnectionGuard
  readonly proxies: TrustedProxies
}
