import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer, Resource } from './answer.ts'
import { resource } from './answer.ts'
import type { Fault } from './fault.ts'
import type { Journal, JournalRequest } from './journal.ts'
import { sendBody } from './send-body.ts'

/** The line to every client. */
export interface Network {
  /** Before each answer. */
  latencyMs: number
  /** Of each TCP connection; null = as fast as it goes. */
  bytesPerSec: number | null
  /** More requests than this at once are answered with that status; null = any number. */
  busy: { readonly above: number; readonly status: number; readonly retryAfter?: string } | null
}

/** One request on its way to its answer. */
export interface Serving {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly entry: JournalRequest
  readonly journal: Journal
  readonly network: Network
}

/** Plays the fault, or answers. */
export async function serve(serving: Serving, answer: Answer, fault: Fault | null): Promise<void> {
  const { entry, network, response } = serving
  entry.fault = fault?.kind ?? null
  const late = fault?.kind === 'late' ? fault.ms : 0
  if (network.latencyMs + late > 0) await sleep(network.latencyMs + late)
  if (response.destroyed) return
  if (fault !== null && (await playWithoutBody(serving, fault))) return
  if (answer.kind === 'resource') await sendResource(serving, answer, fault)
  else {
    const location = answer.kind === 'redirect' ? { location: answer.to } : {}
    await sendHeadOnly(serving, answer.status ?? 302, { ...answer.headers, ...location })
  }
}

/** False when this fault needs a body. */
async function playWithoutBody(serving: Serving, fault: Fault): Promise<boolean> {
  const { response, request, entry, journal } = serving
  switch (fault.kind) {
    case 'silent':
      return true
    case 'reset':
      request.socket.resetAndDestroy()
      journal.finish(entry, 'broken')
      return true
    case 'garbage':
      request.socket.end('\x00\x01 this is no HTTP \r\n\r\n')
      journal.finish(entry, 'broken')
      return true
    case 'status':
      await sendHeadOnly(
        serving,
        fault.status,
        fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter },
      )
      return true
    case 'redirect':
      await sendHeadOnly(serving, fault.status ?? 302, { location: fault.to })
      return true
    case 'endless':
      await sendEndless(response, fault.text, entry)
      return true
    case 'html':
      await sendResource(serving, resource(Buffer.from('<!DOCTYPE html><title>Sign in</title>'), 'text/html'), null)
      return true
    case 'empty':
      await sendResource(serving, resource(Buffer.alloc(0), 'application/octet-stream', { ranges: false }), null)
      return true
    default:
      return false
  }
}

async function sendHeadOnly(
  serving: Serving,
  status: number,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  const { response, entry, journal } = serving
  const text = `${status}\n`
  writeHead(serving, status, { 'content-type': 'text/plain', 'content-length': String(text.length), ...headers })
  response.end(serving.request.method === 'HEAD' ? undefined : text)
  entry.sentBytes += text.length
  journal.finish(entry, 'whole')
}

async function sendEndless(response: ServerResponse, text: string, entry: JournalRequest): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/octet-stream' })
  entry.status = 200
  const piece = Buffer.alloc(64 * 1024 - ((64 * 1024) % text.length), text)
  const body = {
    byteLength: Number.MAX_SAFE_INTEGER,
    read: (_offset: number, length: number) => piece.subarray(0, length),
  }
  while (await sendBody(response, body, { first: 0, byteLength: piece.length, bytesPerSec: null }, entry));
}

async function sendResource(serving: Serving, what: Resource, fault: Fault | null): Promise<void> {
  const { request, response, entry, journal, network } = serving
  const part = partOf(request, what, fault)
  if (part === 'unsatisfiable') {
    return sendHeadOnly(serving, 416, { 'content-range': `bytes */${what.body.byteLength}` })
  }
  const { status, headers } = headOf(what, part, fault)
  writeHead(serving, status, headers)
  if (request.method === 'HEAD') {
    response.end()
    journal.finish(entry, 'whole')
    return
  }
  const share = fault?.kind === 'cut' || fault?.kind === 'stall' ? fault.share : 1
  const bytesPerSec = fault?.kind === 'drip' ? fault.bytesPerSec : network.bytesPerSec
  const byteLength = Math.floor(part.length * share)
  const shift = fault?.kind === 'content-range' && fault.wrong === 'bytes' ? 1 : 0
  const first = Math.min(part.first + shift, what.body.byteLength - byteLength)
  // The head leaves now, also before a body that never comes.
  response.flushHeaders()
  const whole = await sendBody(response, what.body, { first, byteLength, bytesPerSec }, entry)
  if (whole) endAnswer(serving, fault)
  else journal.finish(entry, 'client-left')
}

function endAnswer({ request, response, entry, journal }: Serving, fault: Fault | null): void {
  if (fault?.kind === 'stall') return
  const broken = fault?.kind === 'cut' || (fault?.kind === 'length' && fault.by > 0)
  journal.finish(entry, broken ? 'broken' : 'whole')
  if (!broken) {
    response.end()
    return
  }
  if (fault.kind === 'cut' && fault.reset) request.socket.resetAndDestroy()
  // What was written goes out before the connection ends; the answer itself is never ended.
  else request.socket.end()
}

interface Part {
  readonly first: number
  readonly length: number
  readonly isRange: boolean
}

/** What a Range header asks for (RFC 9110 §14); the whole when there is none, or none that counts. */
function partOf(request: IncomingMessage, what: Resource, fault: Fault | null): Part | 'unsatisfiable' {
  const size = what.body.byteLength
  const whole = { first: 0, length: size, isRange: false }
  const { range } = request.headers
  const ifRange = request.headers['if-range']
  if (range === undefined || what.ranges === false || fault?.kind === 'ignore-range') return whole
  if (ifRange !== undefined && ifRange !== what.etag && ifRange !== what.lastModified) return whole
  const match = /^bytes=(\d*)-(\d*)$/.exec(range)
  if (!match || (match[1] === '' && match[2] === '')) return whole
  const [, from = '', to = ''] = match
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from)
  const last = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1)
  return first >= size || first > last ? 'unsatisfiable' : { first, length: last - first + 1, isRange: true }
}

function headOf(what: Resource, part: Part, fault: Fault | null) {
  const headers: Record<string, string> = { 'content-type': what.contentType, ...what.headers }
  const chunked = what.chunked === true || (fault?.kind === 'cut' && fault.chunked === true)
  if (!chunked) headers['content-length'] = String(part.length + (fault?.kind === 'length' ? fault.by : 0))
  if (what.ranges !== false) headers['accept-ranges'] = 'bytes'
  const encoding = fault?.kind === 'false-gzip' ? 'gzip' : what.contentEncoding
  if (encoding !== undefined) headers['content-encoding'] = encoding
  Object.assign(headers, what.etag && { etag: what.etag }, what.lastModified && { 'last-modified': what.lastModified })
  if (part.isRange) headers['content-range'] = contentRange(what, part, fault)
  return { status: part.isRange ? 206 : 200, headers }
}

function contentRange(what: Resource, { first, length }: Part, fault: Fault | null): string {
  const lie = fault?.kind === 'content-range' && fault.wrong === 'header' ? 1 : 0
  return `bytes ${first + lie}-${first + lie + length - 1}/${what.body.byteLength}`
}

function writeHead(serving: Serving, status: number, headers: Readonly<Record<string, string>>): void {
  const { response, entry } = serving
  response.writeHead(status, headers)
  entry.status = status
  entry.headMs = performance.now()
  const length = headers['content-length']
  entry.announcedBytes = length === undefined ? null : Number(length)
}
