import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { type Answer, type Handler, refusal, resource } from './answer.ts'
import { type Fault, type FaultRule, FaultScript } from './fault.ts'
import { Journal, type JournalRequest, type OriginFigures } from './journal.ts'
import { type Network, type Serving, serve } from './serve-request.ts'

export interface OriginOptions extends Partial<Network> {
  /** 127.0.0.1 by default; only loopback makes sense. */
  readonly host?: string
  /** 0 (the default) takes any free one. */
  readonly port?: number
  /** Connections beyond it are closed at once. */
  readonly maxConnections?: number
  /** Of chance; the same one makes the same faults. */
  readonly seed?: number
}

/** A web server of one's own, on a real port, that does what it is told, wrong things too. */
export interface Origin extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string
  /** `127.0.0.1:<port>`: what FETCH_ALLOW_HOSTS is told. */
  readonly hostPort: string
  readonly journal: Journal
  readonly requests: readonly JournalRequest[]
  readonly figures: OriginFigures
  /** May be changed at any time. */
  readonly network: Network
  /** Puts something at a path, which begins with `/`; it replaces what was there. Gives its whole address. */
  put(path: string, what: Answer | Handler): string
  remove(path: string): void
  /** The function takes the fault back. */
  setFault(rule: FaultRule): () => void
  clearFaults(): void
}

/** Starts it; disposing of it ends every connection. `/__origin/journal`, `/figures` and `/clear` are for other processes. */
export async function startOrigin(options: OriginOptions = {}): Promise<Origin> {
  const { latencyMs = 0, bytesPerSec = null, busy = null, host = '127.0.0.1' } = options
  const network: Network = { latencyMs, bytesPerSec, busy }
  const journal = new Journal()
  const faults = new FaultScript(options.seed ?? 1)
  const paths = new Map<string, Answer | Handler>()
  const server = createServer({ keepAliveTimeout: 60_000 })
  const connections = numberConnections(server, journal)
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', 'http://origin')
    if (url.pathname.startsWith('/__origin/')) return control(url.pathname, journal, response)
    const connection = connections.get(request.socket) ?? 0
    const entry = journal.begin({ ...described(request, url), connection })
    response.once('close', () => journal.finish(entry, 'client-left'))
    const serving = { request, response, entry, journal, network }
    // Whatever breaks here must break the client's connection, not hang it.
    answerTo(serving, url, paths, faults).catch(() => request.socket.destroy())
  })
  if (options.maxConnections !== undefined) server.maxConnections = options.maxConnections
  server.listen(options.port ?? 0, host)
  await once(server, 'listening')
  const hostPort = `${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`
  return {
    url: `http://${hostPort}`,
    hostPort,
    journal,
    requests: journal.requests,
    get figures() {
      return journal.figures
    },
    network,
    put(path, what) {
      paths.set(path, what)
      return `http://${hostPort}${path}`
    },
    remove: (path) => void paths.delete(path),
    setFault: (rule) => faults.add(rule),
    clearFaults: () => faults.clear(),
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

function numberConnections(server: Server, journal: Journal): WeakMap<Socket, number> {
  const numbers = new WeakMap<Socket, number>()
  server.on('connection', (socket: Socket) => {
    socket.setNoDelay(true)
    numbers.set(socket, journal.connect())
    socket.once('close', () => journal.disconnect())
    socket.on('error', () => undefined)
  })
  return numbers
}

function described(request: IncomingMessage, url: URL) {
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
  const { method = 'GET' } = request
  return { method, url: request.url ?? '/', path: url.pathname, range: request.headers.range ?? null, headers }
}

async function answerTo(
  serving: Serving,
  url: URL,
  paths: ReadonlyMap<string, Answer | Handler>,
  faults: FaultScript,
): Promise<void> {
  const { entry, journal, network } = serving
  const { busy } = network
  const fault: Fault | null =
    busy !== null && journal.openRequests > busy.above ? { kind: 'status', ...busy } : faults.of(url.pathname)
  const found = paths.get(url.pathname) ?? refusal(404)
  const ask = { url, headers: entry.headers, attempt: entry.attempt }
  await serve(serving, typeof found === 'function' ? await found(ask) : found, fault)
}

function control(path: string, journal: Journal, response: ServerResponse): void {
  if (path === '/__origin/clear') journal.clear()
  const value = path === '/__origin/journal' ? journal.requests : journal.figures
  const { body, contentType } = resource(Buffer.from(JSON.stringify(value)), 'application/json')
  response.writeHead(200, { 'content-type': contentType }).end(body.read(0, body.byteLength))
}
