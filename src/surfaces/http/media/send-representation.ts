import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ByteRange } from '#domain/blob-store.ts'
import { answerHeaders } from '#lib/http-range/answer-headers.ts'
import { type ConditionalAnswer, evaluateConditions } from '#lib/http-range/evaluate-conditions.ts'
import { RequestRefusedError } from '../request-refused-error.ts'

/** One body with its headers, as RFC 9110 §3.2 means it. Header names in lower case. */
export interface Representation {
  /** With its quotes. */
  readonly etag: string
  readonly byteLength: number
  /** Without etag, length and range, which follow from the request. */
  readonly headers: Readonly<Record<string, string>>
}

/** The bytes: at hand, to be read as they come, or to be found out when they are wanted; a failing read must throw. */
export type Body = Uint8Array | ReadBody | LazyBody

type ReadBody = (range: ByteRange | undefined, signal: AbortSignal) => AsyncIterable<Uint8Array>

export interface LazyBody {
  /** All of it, when it is in memory. Asked only when bytes will be sent. */
  whole(): Uint8Array | undefined
  read: ReadBody
  /** What is known of the bytes once the first of them are there. */
  headers(): Readonly<Record<string, string>>
  /** Called when the system has taken all bytes of an answer that was read: nobody looks at them any more. */
  sent?(): void
}

/**
 * Answers GET or HEAD with exact ranges and conditions. Resolves when the body went out. A body that fails midway ends
 * the connection without a clean end; before the first byte it throws and nothing was sent.
 */
export async function sendRepresentation(
  request: IncomingMessage,
  response: ServerResponse,
  representation: Representation,
  body: Body,
): Promise<void> {
  const answer = conditional(request) ? evaluate(request, representation) : plain(representation)
  if (answer.status === 412) throw new RequestRefusedError('precondition-failed', 'It is not the version asked for.')
  const headers = answerHeaders(answer, { ...representation.headers, etag: representation.etag })
  if (answer.status === 416) {
    throw new RequestRefusedError('range-not-satisfiable', `It has ${representation.byteLength} bytes.`, { headers })
  }
  if (answer.status === 304 || request.method === 'HEAD') {
    response.writeHead(answer.status, headers).end()
    return
  }
  const range = answer.status === 206 ? { first: answer.first, last: answer.last } : undefined
  const lazy = lazyOf(body)
  const whole = lazy.whole()
  if (!whole) return await pour(response, answer.status, headers, lazy, range)
  response.writeHead(answer.status, { ...headers, ...lazy.headers() })
  response.end(range ? whole.subarray(range.first, range.last + 1) : whole)
}

const NOTHING_MORE = {}

function lazyOf(body: Body): LazyBody {
  if (body instanceof Uint8Array) return { whole: () => body, read: () => one(body), headers: () => NOTHING_MORE }
  if (typeof body === 'function') return { whole: () => undefined, read: body, headers: () => NOTHING_MORE }
  return body
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

function plain({ byteLength }: Representation): ConditionalAnswer {
  return { status: 200, length: byteLength }
}

function conditional({ headers }: IncomingMessage): boolean {
  return (
    headers.range !== undefined ||
    headers['if-none-match'] !== undefined ||
    headers['if-match'] !== undefined ||
    headers['if-modified-since'] !== undefined ||
    headers['if-unmodified-since'] !== undefined
  )
}

function evaluate({ method = 'GET', headers }: IncomingMessage, { etag, byteLength }: Representation) {
  const request = {
    method,
    ifMatch: headers['if-match'],
    ifNoneMatch: headers['if-none-match'],
    ifModifiedSince: headers['if-modified-since'],
    ifUnmodifiedSince: headers['if-unmodified-since'],
    ifRange: headers['if-range'] as string | undefined,
    range: headers.range,
  }
  return evaluateConditions(request, { etag, byteLength })
}

/** Sends the head with the first bytes, so that a read that fails at once can still be answered with an error. */
async function pour(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: LazyBody,
  range: ByteRange | undefined,
): Promise<void> {
  const gone = new AbortController()
  const leave = () => gone.abort()
  const sendHead = () => {
    if (!response.headersSent) response.writeHead(status, { ...headers, ...body.headers() })
  }
  response.once('close', leave)
  try {
    for await (const chunk of body.read(range, gone.signal)) {
      sendHead()
      if (!response.write(chunk)) await once(response, 'drain', { signal: gone.signal })
    }
    sendHead()
    response.end(() => body.sent?.())
  } catch (error) {
    if (gone.signal.aborted) return
    if (!response.headersSent) throw error
    response.destroy()
  } finally {
    response.off('close', leave)
  }
}
