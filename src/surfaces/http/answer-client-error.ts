import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { PROBLEM_MEDIA_TYPE } from './contract/problem.ts'
import { problemOf } from './problem-of.ts'
import { RequestRefusedError } from './request-refused-error.ts'

/** Answers what Node could not read as a request, in the form of all our answers, and ends the connection. */
export function answerClientError(error: Error & { readonly code?: string }, socket: Duplex): void {
  // Reset by the other side, or an answer is under way already: nobody could read this one.
  if (error.code === 'ECONNRESET' || !socket.writable || isAnswered(socket)) return void socket.destroy()
  const { problem } = problemOf(refusalOf(error), randomUUID())
  const body = JSON.stringify(problem)
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    `Content-Type: ${PROBLEM_MEDIA_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'Connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy())
}

/** Node keeps the answer that a socket is busy with there. */
function isAnswered(socket: Duplex & { readonly _httpMessage?: { readonly headersSent?: boolean } | null }): boolean {
  return socket._httpMessage?.headersSent === true
}

function refusalOf({ code }: { readonly code?: string }): RequestRefusedError {
  if (code === 'HPE_HEADER_OVERFLOW') {
    const fix = 'Send fewer or shorter headers; cookies are what grows most.'
    return new RequestRefusedError('head-too-large', 'The head of the request is too large.', { fix })
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new RequestRefusedError('too-slow', 'The request came too slowly.')
  return new RequestRefusedError('bad-request', 'This is no request that HTTP knows.')
}
