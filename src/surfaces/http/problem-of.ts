import { askedWaitMs } from '#domain/asked-wait.ts'
import { ProductError } from '#domain/errors.ts'
import { fineCodeOf } from '#domain/job-failure.ts'
import type { Problem } from './contract/problem.ts'
import { RequestRefusedError } from './request-refused-error.ts'

/** The one table from error codes to what HTTP says; what is not in it is our fault: 500. */
const ANSWERS: Readonly<Record<string, readonly [status: number, title: string]>> = {
  'invalid-input': [400, 'The request is not right'],
  'bad-request': [400, 'The request is not right'],
  unauthorized: [401, 'Who are you?'],
  forbidden: [403, 'Not allowed'],
  'cross-site': [403, 'Not from this page'],
  'host-refused': [421, 'Wrong host name'],
  'no-such-page': [404, 'Nothing here'],
  'not-found': [404, 'Not found'],
  'video-not-found': [404, 'No such video'],
  'track-not-found': [404, 'No such track'],
  'segment-not-found': [404, 'No such segment'],
  'job-not-found': [404, 'No such job'],
  'upload-not-found': [404, 'No such upload'],
  'method-not-allowed': [405, 'Not this way'],
  'too-slow': [408, 'Too slow'],
  conflict: [409, 'Not now'],
  'upload-elsewhere': [409, 'Not from this byte'],
  'precondition-failed': [412, 'It has changed'],
  'too-large': [413, 'Too large'],
  'unsupported-media-type': [415, 'Wrong type'],
  'range-not-satisfiable': [416, 'Beyond the end'],
  'not-media': [422, 'Not a film'],
  'media-damaged': [422, 'The file is damaged'],
  'media-refused': [422, 'The file is refused'],
  'coding-changed': [422, 'The stream changes on the way'],
  'head-too-large': [431, 'Too large a head'],
  'too-many': [429, 'Too many at once'],
  'rate-exceeded': [429, 'Too many in a short time'],
  'uploads-full': [429, 'Too many uploads'],
  'blob-not-found': [500, 'Stored bytes are missing'],
  'blob-damaged': [500, 'Stored bytes are damaged'],
  'blob-too-large': [500, 'Too large for the store'],
  'tool-missing': [503, 'A tool is missing'],
  'tool-failed': [500, 'A tool failed'],
  cancelled: [503, 'Stopped'],
  'not-ready': [503, 'Not ready yet'],
  'rate-limited': [503, 'The store is busy'],
  'store-unavailable': [503, 'The store cannot be reached'],
  'store-refused': [502, 'The store refuses'],
  'credentials-refused': [502, 'The store refuses our key'],
  'address-refused': [422, 'This address is not fetched'],
  'remote-unreachable': [502, 'The other server cannot be reached'],
  'remote-refused': [502, 'The other server refuses'],
  'remote-broken': [502, 'The other server broke off'],
  'answer-too-large': [422, 'Too large'],
  'playlist-unreadable': [422, 'Not a playlist'],
  'protected-media': [422, 'Protected'],
  'segment-missing': [422, 'A part is missing'],
  'page-refused': [422, 'The page gives no video'],
  'library-locked': [503, 'The library is in use'],
  'no-space': [507, 'Not enough space'],
}

/** Faults of servers that people named: nothing for our log. */
const THEIRS: ReadonlySet<string> = new Set(['remote-unreachable', 'remote-refused', 'remote-broken'])

const TYPE_PREFIX = 'https://telereel.invalid/problems/'

export interface ProblemAnswer {
  readonly problem: Problem
  readonly headers: Readonly<Record<string, string>>
  /** True when it is our fault and belongs into the log. */
  readonly ours: boolean
}

/** What to answer for an error. Only what a ProductError says gets out; of others nothing but the request id. */
export function problemOf(error: unknown, requestId: string): ProblemAnswer {
  if (!(error instanceof ProductError)) return answer('internal', [500, 'Something broke'], UNKNOWN, requestId)
  const [status, title] = ANSWERS[error.code] ?? [500, 'Something broke']
  const headers = error instanceof RequestRefusedError ? error.headers : {}
  return answer(fineCodeOf(error), [status, title], error, requestId, { ...retryAfter(error, status), ...headers })
}

/** What the other side asked for goes on to who asks us, in whole seconds and never too early. */
function retryAfter(error: ProductError, status: number): Readonly<Record<string, string>> {
  const askedMs = askedWaitMs(error)
  if (askedMs !== null) return { 'retry-after': String(Math.max(1, Math.ceil(askedMs / 1000))) }
  return error.retry === 'later' && (status === 503 || status === 429) ? { 'retry-after': '1' } : {}
}

const UNKNOWN = { message: 'The server made a mistake. The log has more under this request id.' }

function answer(
  code: string,
  [status, title]: readonly [number, string],
  {
    message,
    why,
    fix,
  }: { readonly message: string; readonly why?: string | undefined; readonly fix?: string | undefined },
  requestId: string,
  headers: Readonly<Record<string, string>> = {},
): ProblemAnswer {
  const problem: Problem = {
    type: `${TYPE_PREFIX}${code}`,
    title,
    status,
    detail: message,
    code,
    ...(why !== undefined && { why }),
    ...(fix !== undefined && { fix }),
    requestId,
  }
  const theirs = status === 503 || status === 507 || THEIRS.has(code.split('.')[0] ?? '')
  return { problem, headers, ours: status >= 500 && !theirs }
}
