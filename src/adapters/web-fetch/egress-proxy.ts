import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { AddressRefusedError, ProductError } from '#domain/errors.ts'
import type { Connector } from './connector.ts'
import { forwardRequest } from './forward-request.ts'
import type { Guard } from './guard.ts'
import { unreachable } from './remote-errors.ts'
import { Traffic, type TrafficLimits } from './traffic.ts'

export interface EgressOptions {
  /** A proxy of the user's that everything goes on through, `http://[user:password@]host:port`. */
  readonly proxy?: string
  /** In both directions, over everything that goes through; unlimited when missing. */
  readonly maxBytes?: number
  /** Told what was refused and why: `host:port`, never more of an address. */
  onRefused?(target: string, why: string): void
}

/** A proxy for one child process. Ending it cuts whatever goes through. */
export interface EgressProxy extends AsyncDisposable {
  /** `http://name:password@127.0.0.1:port`; a secret, for the child only. */
  readonly url: string
  /** What went through so far, in both directions. */
  readonly byteLength: number
}

export interface EgressPorts {
  readonly guard: Guard
  readonly connector: Connector
  readonly limits: TrafficLimits
}

const USER = 'job'
const MAX_SOCKETS = 128

/**
 * An HTTP proxy on loopback for a program that opens sockets itself: the same rules as for our own requests, names resolved
 * once and connected to as checked. Answers 407 without its password, 403 with the reason for a refused address, 502 when
 * the target cannot be reached.
 */
export async function startEgressProxy(ports: EgressPorts, options: EgressOptions): Promise<EgressProxy> {
  const password = randomBytes(24).toString('base64url')
  const proxy = options.proxy === undefined ? null : ports.guard.checkProxy(options.proxy)
  const traffic = new Traffic(ports.limits, options.maxBytes ?? Number.POSITIVE_INFINITY)
  const expected = digest(`Basic ${Buffer.from(`${USER}:${password}`).toString('base64')}`)
  const service: Service = {
    guard: ports.guard,
    traffic,
    options,
    isKnown: ({ headers }) => timingSafeEqual(digest(headers['proxy-authorization'] ?? ''), expected),
    reach: (origin) => ports.connector.reach({ origin, proxy }, traffic.signal),
  }
  const server = createServer({ maxHeaderSize: 65_536 }, (request, response) => void handOn(service, request, response))
  server.on('connect', (request: IncomingMessage, client: Socket, head: Buffer) => {
    void leadOn(
      service,
      request,
      client.on('error', () => {}),
      head,
    )
  })
  server.maxConnections = MAX_SOCKETS
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return proxyOf(server, password, traffic)
}

interface Service {
  readonly guard: Guard
  readonly traffic: Traffic
  readonly options: EgressOptions
  isKnown(request: IncomingMessage): boolean
  reach(origin: URL): Promise<Socket>
}

/** A request with a whole address, as http: ones are sent. */
async function handOn(service: Service, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    if (!service.isKnown(request)) throw new NotAllowed()
    const url = service.guard.checkUrl(request.url)
    if (url.protocol !== 'http:') throw new AddressRefusedError('Only http: goes this way; https: wants CONNECT.')
    await forwardRequest({ url, request, response, socket: await service.reach(url), traffic: service.traffic })
  } catch (error) {
    const { status, phrase, headers } = refusalOf(request.url ?? '', error, service.options)
    if (response.headersSent) response.destroy()
    else response.writeHead(status, phrase, { ...headers, connection: 'close' }).end(`${phrase}\n`)
  }
}

/** CONNECT, as TLS is sent. */
async function leadOn(service: Service, request: IncomingMessage, client: Socket, head: Buffer): Promise<void> {
  try {
    if (!service.isKnown(request)) throw new NotAllowed()
    const upstream = await service.reach(targetOf(service.guard, request.url ?? ''))
    await tunnel(client, head, upstream, service.traffic)
  } catch (error) {
    const { status, phrase, headers } = refusalOf(request.url ?? '', error, service.options)
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    client.end(`HTTP/1.1 ${status} ${phrase}\r\n${lines.join('')}connection: close\r\ncontent-length: 0\r\n\r\n`)
  }
}

function proxyOf(server: Server, password: string, traffic: Traffic): EgressProxy {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => sockets.add(socket.once('close', () => sockets.delete(socket))))
  return {
    url: `http://${USER}:${password}@127.0.0.1:${(server.address() as AddressInfo).port}`,
    get byteLength() {
      return traffic.byteLength
    },
    [Symbol.asyncDispose]: async () => {
      traffic.end(new Error('The proxy has ended'))
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

/** CONNECT names `host:port` and nothing else. */
function targetOf(guard: Guard, target: string): URL {
  if (!/^(\[[\da-f:.]+\]|[^\s:/?#@\\[\]]+):\d{1,5}$/i.test(target)) return guard.checkUrl('')
  return guard.checkUrl(`https://${target}`)
}

async function tunnel(client: Socket, head: Buffer, upstream: Socket, traffic: Traffic): Promise<void> {
  using passage = traffic.watch(client, upstream)
  client.write('HTTP/1.1 200 Connection established\r\n\r\n')
  if (head.length > 0) client.unshift(head)
  const count = (chunk: Buffer) => passage.count(chunk.length)
  client.on('data', count)
  upstream.on('data', count)
  // Whoever breaks it off, the other side sees its connection end; nothing else can be said inside a tunnel.
  await Promise.allSettled([pipeline(client, upstream), pipeline(upstream, client)])
}

class NotAllowed extends Error {}

interface Refusal {
  readonly status: number
  readonly phrase: string
  readonly headers: Readonly<Record<string, string>>
}

function refusalOf(address: string, error: unknown, { onRefused }: EgressOptions): Refusal {
  if (error instanceof NotAllowed) {
    const headers = { 'proxy-authenticate': 'Basic realm="telereel"' }
    return { status: 407, phrase: 'Proxy Authentication Required', headers }
  }
  const target = hostOf(address)
  const reason = error instanceof ProductError ? error : unreachable(target, error)
  const words = [reason.message, reason.why].filter(Boolean).join(' ')
  const isRefused = reason instanceof AddressRefusedError
  if (isRefused) onRefused?.(target, words)
  // Clients show the phrase and drop the body.
  const phrase = words.replace(/[^\x20-\x7e]/g, '?').slice(0, 300)
  return { status: isRefused ? 403 : 502, phrase, headers: {} }
}

function hostOf(address: string): string {
  const { host } = URL.parse(address) ?? {}
  return (host || address.replace(/[/?#].*$/s, '')).slice(0, 300)
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
