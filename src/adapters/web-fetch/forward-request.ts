import { once } from 'node:events'
import { type IncomingHttpHeaders, type IncomingMessage, request as send, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { isHopByHop } from '#domain/connection-headers.ts'
import type { Traffic } from './traffic.ts'

interface Forwarding {
  readonly url: URL
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Connected to the target already. */
  readonly socket: Socket
  readonly traffic: Traffic
}

/** Hands a request for an http address on over a connection of its own, and the answer back. */
export async function forwardRequest({ url, request, response, socket, traffic }: Forwarding): Promise<void> {
  using passage = traffic.watch(socket)
  const upstream = send({
    createConnection: () => socket,
    method: request.method ?? 'GET',
    path: `${url.pathname}${url.search}`,
    headers: { ...endToEnd(request.headers), host: url.host, connection: 'close' },
    setHost: false,
  })
  response.once('close', () => socket.destroy())
  request.on('data', (chunk: Buffer) => passage.count(chunk.length))
  const [answered] = await Promise.all([once(upstream, 'response'), pipeline(request, upstream)])
  const answer = answered[0] as IncomingMessage
  response.writeHead(answer.statusCode ?? 502, endToEnd(answer.headers))
  answer.on('data', (chunk: Buffer) => passage.count(chunk.length))
  await pipeline(answer, response)
}

function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const named = (headers.connection ?? '').toLowerCase().split(/\s*,\s*/)
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !isHopByHop(name) && !named.includes(name)))
}
