import { DetailedError } from 'tus-js-client'
import { type Fault, faultOf, faultOfBody } from '../../lib/problem-error.ts'
import { t } from '../../strings/strings.ts'

/** Status of the answer that ended a transfer; 0 when there was none. */
export function statusOf(error: unknown): number {
  return error instanceof DetailedError ? (error.originalResponse?.getStatus() ?? 0) : 0
}

/** What a failed transfer means, in words. */
export function uploadFault(error: unknown): Fault {
  if (!(error instanceof DetailedError)) return isUnreadable(error) ? unreadable() : faultOf(error)
  const status = statusOf(error)
  if (status >= 400) return answerFault(status, error)
  return isUnreadable(error.causingError) ? unreadable() : { code: 'no-answer', ...t.upload.faults.lost }
}

function answerFault(status: number, { originalRequest, originalResponse }: DetailedError): Fault {
  const body = originalResponse?.getBody() ?? ''
  const words = t.upload.faults
  if (body.trimStart().startsWith('{')) return faultOfBody(status, body)
  if (status === 413 && originalRequest?.getMethod() === 'POST') return { code: 'too-large', ...words.tooLarge }
  if (status === 413) return { code: 'too-large', ...words.proxy }
  if (status === 404 || status === 410) return { code: 'upload-gone', ...words.gone }
  const isText = body !== '' && body.length < 500 && !body.includes('<')
  return isText ? { code: `http-${status}`, message: body } : faultOfBody(status, body)
}

function unreadable(): Fault {
  return { code: 'file-changed', ...t.upload.faults.changed }
}

/** The browser could not read the file any more. */
function isUnreadable(cause: unknown): boolean {
  return cause instanceof DOMException && ['NotReadableError', 'NotFoundError'].includes(cause.name)
}
