import type { ServerResponse } from 'node:http'
import type { Events } from '#domain/events.ts'
import { PROBLEM_MEDIA_TYPE } from './contract/problem.ts'
import { problemOf } from './problem-of.ts'

export interface ProblemContext {
  readonly requestId: string
  readonly events: Events
  readonly headers?: Readonly<Record<string, string>>
}

/** Answers with the problem; an answer that has begun can only be broken off. */
export function sendProblem(response: ServerResponse, error: unknown, context: ProblemContext): void {
  const { requestId, events, headers = {} } = context
  const { problem, headers: own, ours } = problemOf(error, requestId)
  if (ours) {
    const fields = { requestId, code: problem.code, error }
    events.emit({ kind: 'note', level: 'error', message: 'A request could not be answered.', fields })
  }
  if (response.headersSent || response.destroyed) {
    response.destroy()
    return
  }
  const body = Buffer.from(JSON.stringify(problem))
  response.writeHead(problem.status, {
    ...headers,
    ...own,
    'content-type': PROBLEM_MEDIA_TYPE,
    'content-length': String(body.byteLength),
    'cache-control': 'no-store',
  })
  response.end(response.req.method === 'HEAD' ? undefined : body)
}
