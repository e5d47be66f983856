import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { createWeb, type GuardedWeb, type WebSettings } from './create-web.ts'

/** A server on this machine, for tests that look at what reaches it. */
export interface TestServer extends AsyncDisposable {
  readonly port: number
  /** `http://127.0.0.1:port`. */
  readonly url: string
  readonly requests: IncomingMessage[]
  /** How many connections it ever took. */
  readonly connections: number
  /** Ends the connections it holds now, without a word. */
  hangUp(): void
}

/** Answers a request, in its own time. */
export type Answerer = (request: IncomingMessage, response: ServerResponse) => unknown

/** Answers by `answer`; without one `ok` and 200. */
export async function startServer(answer: Answerer = (_, response) => response.end('ok')): Promise<TestServer> {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    requests.push(request)
    answer(request, response)
  })
  server.keepAliveTimeout = 60_000
  return listen(server, requests)
}

/** Says what it likes on every connection. */
export async function startRawServer(onConnection: (socket: Socket) => unknown): Promise<TestServer> {
  return listen(
    createTcpServer((socket) => onConnection(socket.on('error', () => {}))),
    [],
  )
}

async function listen(server: Server, requests: IncomingMessage[]): Promise<TestServer> {
  const sockets = new Set<Socket>()
  let connections = 0
  server.on('connection', (socket) => {
    connections++
    sockets.add(socket.once('close', () => sockets.delete(socket)))
  })
  await once(server.listen(0), 'listening')
  const { port } = server.address() as AddressInfo
  const hangUp = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    requests,
    get connections() {
      return connections
    },
    hangUp,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close')
      server.close()
      hangUp()
      await closed
    },
  }
}

/** A web that may reach these servers, and nothing else on this machine. */
export function webFor(servers: readonly TestServer[], settings: Partial<WebSettings> = {}): GuardedWeb {
  return createWeb({
    allowHosts: servers.map(({ port }) => ({ host: '127.0.0.1', port })),
    pool: { maxConnections: 10, maxKeepAlive: 5, dnsTtlSec: 60, timeoutSec: 5, connectTimeoutSec: 2 },
    playlistCache: { enabled: true, ttlSec: 60, maxBytes: 1_000_000 },
    lookup: async (name) => {
      throw new Error(`Nobody knows ${name}`)
    },
    ...settings,
  })
}

/** Never aborts. */
export const PATIENT: AbortSignal = new AbortController().signal

/** The whole body of an address, with the answer's status. */
export async function read(web: GuardedWeb, url: string): Promise<{ status: number; bytes: Buffer }> {
  await using answer = await web.open({ url }, PATIENT)
  return { status: answer.status, bytes: Buffer.concat(await Array.fromAsync(answer.body)) }
}
