import { DetailedError } from 'tus-js-client'
import { type Fault, faultOf, faultOfBody } from '../../lib/problem-error.ts'
import { t } from '../../strings/strings.ts'

/** Status of the answer that ended a transfer; 0 when there was none. */
export function statusOf(error: unknown): number {
  return error instanceof DetailedError ? (error.originalResponse?.getStatus() ?? 0) : 0
}

/** What a failed transfer means, in words. */
export function uploadFault(error: unknown): Fault {
  const faults = t.upload.faults
  const status = statusOf(error)
  const body = error instanceof DetailedError ? (error.originalResponse?.getBody() ?? '') : ''
  const isCreation = error instanceof DetailedError && error.originalRequest?.getMethod() === 'POST'
  const told = status >= 400 && body.trimStart().startsWith('{') ? faultOfBody(status, body) : null
  if (told) return told
  if (status === 413) return { code: 'too-large', ...(isCreation ? faults.tooLarge : faults.proxy) }
  if (status === 404 || status === 410) return { code: 'upload-gone', ...faults.gone }
  if (status >= 400) return plainAnswer(status, body)
  if (isUnreadable(error)) return { code: 'file-changed', ...faults.changed }
  return error instanceof DetailedError ? { code: 'no-answer', ...faults.lost } : faultOf(error)
}

function plainAnswer(status: number, body: string): Fault {
  const isText = body !== '' && body.length < 500 && !body.includes('<')
  return isText ? { code: `http-${status}`, message: body } : faultOfBody(status, body)
}

/** The browser could not read the file any more. */
function isUnreadable(error: unknown): boolean {
  const cause = error instanceof DetailedError ? error.causingError : error
  return cause instanceof DOMException && ['NotReadableError', 'NotFoundError'].includes(cause.name)
}
