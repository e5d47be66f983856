import type { ServerResponse } from 'node:http'
import type { ApiFailure } from './api-failure.ts'
import { startPace } from './pacing.ts'
import type { EmulatorClock } from './clock.ts'

/** What goes back over the line. */
export interface Reply {
  readonly status: number
  readonly contentType: string
  readonly body: string
  readonly retryAfterSec?: number
  readonly description?: string
}

export function okReply(result: unknown): Reply {
  return { status: 200, contentType: 'application/json', body: JSON.stringify({ ok: true, result }) }
}

/** Status and `error_code` are the same; a waiting time also stands in the header. */
export function failureReply({ code, message, parameters }: ApiFailure): Reply {
  const body = { ok: false, error_code: code, description: message, ...(parameters && { parameters }) }
  return {
    status: code,
    contentType: 'application/json',
    body: JSON.stringify(body),
    description: message,
    ...(parameters?.retry_after !== undefined && { retryAfterSec: parameters.retry_after }),
  }
}

const TITLES: Readonly<Record<number, string>> = {
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
}

/** A page, as the front end makes it. */
export function htmlReply(status: number): Reply {
  const title = `${status} ${TITLES[status] ?? 'Error'}`
  const body = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`
  return { status, contentType: 'text/html', body, description: title }
}

/** Other ways for an answer to go out than whole and at once. */
export interface Delivery {
  readonly bytesPerSec?: number | undefined
  readonly bytes?: number | undefined
  readonly clean?: boolean | undefined
  readonly reset?: boolean | undefined
}

/** Sends it; resolves when it is out of our hands. */
export async function send(
  response: ServerResponse,
  { status, contentType, body, retryAfterSec }: Reply,
  clock: EmulatorClock,
  { bytesPerSec, bytes, clean, reset }: Delivery = {},
): Promise<void> {
  const all = Buffer.from(body)
  const sent = bytes === undefined ? all : all.subarray(0, bytes)
  response.writeHead(status, {
    'Content-Type': contentType,
    'Content-Length': clean ? sent.length : all.length,
    ...(retryAfterSec !== undefined && { 'Retry-After': String(retryAfterSec) }),
  })
  if (bytesPerSec === undefined) response.write(sent)
  else await drip(response, sent, clock, bytesPerSec)
  if (sent.length === all.length || clean) await new Promise<void>((done) => response.end(done))
  else await abandon(response, reset)
}

/** Ends the connection in the middle of things; what was written goes out, except with a reset. */
export async function abandon(response: ServerResponse, reset = false): Promise<void> {
  const { socket } = response
  if (!socket) return
  if (reset) socket.resetAndDestroy()
  else {
    await new Promise<void>((done) => socket.write('', () => done()))
    socket.destroy()
  }
}

async function drip(response: ServerResponse, body: Buffer, clock: EmulatorClock, bytesPerSec: number): Promise<void> {
  const pace = startPace(clock, bytesPerSec)
  for (let at = 0; at < body.length && !response.destroyed; at += pace.stepBytes) {
    const piece = body.subarray(at, at + pace.stepBytes)
    response.write(piece)
    await pace.passed(piece.length)
  }
}
