import { randomUUID } from 'node:crypto'
import { Server } from '@tus/server'
import { NoSpaceError, ProductError } from '#domain/errors.ts'
import type { Events } from '#domain/events.ts'
import { PROBLEM_MEDIA_TYPE } from '../contract/problem.ts'
import { problemOf } from '../problem-of.ts'
import { type RefusalCode, RequestRefusedError } from '../request-refused-error.ts'

/** tus 1.0 with the error answers of all our routes: it knows errors as status and text. */
export class ProblemServer extends Server {
  readonly #events: Events

  constructor(options: ConstructorParameters<typeof Server>[0], events: Events) {
    super({
      ...options,
      onResponseError: (_request, error) => {
        if (isOfTus(error)) return undefined
        return this.#answerTo(error instanceof Error ? ofDisk(error) : new Error(JSON.stringify(error)))
      },
    })
    this.#events = events
  }

  override async write(...[context, headers, status, body = '']: Parameters<Server['write']>) {
    if (status < 400) return super.write(context, headers, status, body)
    const answer = body.startsWith('{') ? { status_code: status, body } : this.#answerTo(refusalOf(status, body))
    headers.set('content-type', PROBLEM_MEDIA_TYPE)
    headers.set('cache-control', 'no-store')
    return super.write(context, headers, answer.status_code, answer.body)
  }

  #answerTo(error: Error): { readonly status_code: number; readonly body: string } {
    const requestId = randomUUID()
    const { problem, ours } = problemOf(error, requestId)
    if (ours) {
      const message = 'A request could not be answered.'
      this.#events.emit({ kind: 'note', level: 'error', message, fields: { requestId, error } })
    }
    return { status_code: problem.status, body: JSON.stringify(problem) }
  }
}

/** No room on the medium, or none left for this user. */
const FULL: ReadonlySet<string | undefined> = new Set(['ENOSPC', 'EDQUOT'])

/** A disk that fills up while bytes come is nobody's mistake. */
function ofDisk(error: Error): Error {
  if (!FULL.has((error as NodeJS.ErrnoException).code)) return error
  return new NoSpaceError('The disk is full.', {
    why: 'Something else has taken the room that was free when the upload began.',
    fix: 'Free some space on the disk of the data folder; the upload can go on where it is.',
    cause: error,
  })
}

/** Not an Error; others that have a status too are ours. */
function isOfTus(error: unknown): boolean {
  return !(error instanceof ProductError) && typeof error === 'object' && error !== null && 'status_code' in error
}

const CODES: Readonly<Record<number, RefusalCode>> = {
  403: 'forbidden',
  404: 'upload-not-found',
  409: 'upload-elsewhere',
  410: 'upload-not-found',
  412: 'precondition-failed',
  413: 'too-large',
  415: 'unsupported-media-type',
}

const WORDS: Readonly<Partial<Record<RefusalCode, readonly [message: string, fix: string]>>> = {
  'upload-not-found': ['There is no such upload.', 'Begin it anew; one that got nothing for long is removed.'],
  'upload-elsewhere': ['The upload goes on at another byte.', 'Ask by HEAD for its Upload-Offset and go on there.'],
}

function refusalOf(status: number, text: string): Error {
  // What went wrong inside it is nobody's business, but the log's.
  if (status === 500) return new Error(text.trim())
  const code = CODES[status] ?? 'bad-request'
  const [message, fix] = WORDS[code] ?? [`${text.trim().replace(/\.$/, '')}.`, undefined]
  return new RequestRefusedError(code, message, fix === undefined ? {} : { fix })
}
