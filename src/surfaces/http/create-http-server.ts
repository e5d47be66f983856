import { readFile } from 'node:fs/promises'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { InvalidInputError } from '#domain/errors.ts'
import { TrustedProxies } from './auth/trusted-proxies.ts'
import { createHttpApp } from './create-http-app.ts'
import { EventFeed } from './feed/event-feed.ts'
import { DEFAULT_LIMITS, type HttpConfig } from './http-config.ts'
import type { HttpPorts } from './http-ports.ts'
import { ConnectionGuard } from './limits/connection-guard.ts'
import { LinkMaker } from './links.ts'
import { mediaListener } from './media/media-listener.ts'
import { HttpMetrics } from './metrics/http-metrics.ts'
import { IDLE_LOOK_MS, TusUploads } from './uploads/tus-uploads.ts'

export interface HttpServer {
  /** Resolves once connections are taken. Rejects when the port is taken or a certificate cannot be read. */
  listen(): Promise<{ readonly port: number; readonly localUrl: string; readonly publicUrl: string | null }>
  /** Takes no more connections, ends the live feeds, lets answers finish for the grace time. Idempotent. */
  close(): Promise<void>
}

/** Slowloris: this long for the head of a request. Bodies are watched by rate, not by total time. */
const HEADERS_TIMEOUT_MS = 10_000
/** Longer than common proxies keep theirs, so that they do not send into a connection we are closing. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000

/** The whole HTTP surface over the given ports. Rejects when a route has no policy. */
export async function createHttpServer(ports: HttpPorts, given: HttpConfig): Promise<HttpServer> {
  const config = { ...given, publicDomain: bareDomain(given.publicDomain) }
  const limits = { ...DEFAULT_LIMITS, ...config.limits }
  const proxies = new TrustedProxies(config.trustedProxies ?? [])
  const feed = new EventFeed(ports)
  const uploads = new TusUploads(ports, { dir: config.uploadsDir, ...limits, maxUploadBytes: config.maxUploadBytes })
  const metrics = new HttpMetrics(ports, {
    connections: () => guard.connections,
    cuts: () => guard.cutConnections,
    feeds: () => feed.readers,
  })
  let links = linksFor(config, config.port)
  const parts = { config, limits, ports, feed, uploads, metrics, links: () => links, guard: () => guard, proxies }

  const media = mediaListener(parts)
  const server = await createNodeServer(config)
  const guard = new ConnectionGuard(server, limits, proxies)
  const app = await createHttpApp(parts, (handler) => {
    server.on('request', withMedia(media, handler))
    return server
  })
  await uploads.start()
  const unsubscribe = ports.events.subscribe((event) => {
    // New segments are seen by looking several times a second; asking anew at each would cost more than it gains.
    if (event.kind === 'video-changed') ports.playback.changed(event.videoId)
    if (event.kind === 'video-removed') void ports.playback.removed(event.videoId)
    feed.hear(event)
  })
  const idle = setInterval(() => {
    // What a disk refuses now it may give in an hour.
    void uploads.removeIdle().catch((error) => {
      const message = 'Idle uploads could not be looked for.'
      ports.events.emit({ kind: 'note', level: 'warn', message, fields: { error } })
    })
  }, IDLE_LOOK_MS)
  idle.unref()

  let closing: Promise<void> | undefined
  const shutDown = async () => {
    unsubscribe()
    clearInterval(idle)
    feed.close()
    const cut = setTimeout(() => server.closeAllConnections(), limits.closeGraceMs)
    await app.close()
    clearTimeout(cut)
    guard.close()
  }
  return {
    async listen() {
      await app.listen({ host: config.host, port: config.port })
      const { port } = server.address() as AddressInfo
      links = linksFor(config, port)
      return { port, localUrl: links.localUrl, publicUrl: links.publicUrl }
    },
    close() {
      closing ??= shutDown()
      return closing
    },
  }
}

async function createNodeServer({ tls }: HttpConfig): Promise<Server> {
  const options = {
    headersTimeout: HEADERS_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    connectionsCheckingInterval: HEADERS_TIMEOUT_MS / 4,
    // Node would cut any single upload after five minutes.
    requestTimeout: 0,
    maxHeaderSize: 16 * 1024,
  }
  if (!tls) return createServer(options)
  try {
    const [cert, key] = await Promise.all([readFile(tls.certPath), readFile(tls.keyPath)])
    return createTlsServer({ ...options, cert, key }) as unknown as Server
  } catch (cause) {
    throw new InvalidInputError('The certificate and its key cannot be used.', {
      why: (cause as Error).message,
      fix: 'SSL_CERT_PATH and SSL_KEY_PATH name two PEM files that belong together and that Telereel may read.',
      cause,
    })
  }
}

/** Media goes past the framework; everything else is its. */
function withMedia(media: (request: IncomingMessage, response: ServerResponse) => boolean, rest: RequestListener) {
  return (request: IncomingMessage, response: ServerResponse) => {
    if (!media(request, response)) rest(request, response as ServerResponse & { req: IncomingMessage })
  }
}

function linksFor({ host, publicDomain, forceHttps, tls }: HttpConfig, port: number): LinkMaker {
  return new LinkMaker({ host, port, publicDomain, forceHttps, ownCertificate: tls !== null })
}

/** People also write `https://films.example.org/`. */
function bareDomain(domain: string | null): string | null {
  const bare = domain
    ?.replace(/^https?:\/\//i, '')
    .replace(/\/+$/, '')
    .toLowerCase()
  return bare || null
}
