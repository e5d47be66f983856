import { ProductError, RemoteBrokenError, RemoteUnreachableError } from '#domain/errors.ts'

/** No head of an answer came in time. */
export function noAnswer(host: string, waitedMs: number): RemoteUnreachableError {
  return new RemoteUnreachableError(`${host} does not answer.`, { why: `No answer came within ${waitedMs / 1000} s.` })
}

/** The answer came, but not to its end in time. */
export function tookTooLong(host: string, limitMs: number): RemoteBrokenError {
  return new RemoteBrokenError(`The answer of ${host} takes too long.`, {
    why: `It was not whole after ${limitMs / 1000} s.`,
  })
}

/** The body comes, but by drops. */
export function tooSlow(host: string): RemoteBrokenError {
  return new RemoteBrokenError(`${host} sends too slowly.`, { why: 'Next to nothing came for a long time.' })
}

/** The body ended before its end, stood still, or was no HTTP any more. */
export function brokenOff(host: string, cause: unknown): Error {
  if (cause instanceof ProductError) return cause
  const why = BROKEN_WHY[codeOf(cause)] ?? 'The connection broke.'
  return new RemoteBrokenError(`The answer of ${host} broke off.`, { why, cause })
}

/** No connection, or none that carried an answer. */
export function unreachable(host: string, cause: unknown): ProductError {
  if (cause instanceof ProductError) return cause
  const code = codeOf(cause)
  if (isAboutCertificate(code)) {
    return new RemoteUnreachableError(`The certificate of ${host} is not trusted.`, {
      why: `${messageOf(cause)}.`,
      fix: 'The owner of the server has to mend it.',
      cause,
    })
  }
  const why = UNREACHABLE_WHY[code] ?? (code.startsWith('HPE_') ? 'It does not speak HTTP.' : 'The connection failed.')
  return new RemoteUnreachableError(`${host} cannot be reached.`, { why, cause })
}

/** The connection was gone when the request came: the server had closed it while it lay idle. */
export function isStaleConnection(error: unknown): boolean {
  return ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes(codeOf(error))
}

const BROKEN_WHY: Readonly<Record<string, string>> = {
  UND_ERR_BODY_TIMEOUT: 'No byte came for too long.',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'Its length is not what Content-Length says.',
  UND_ERR_SOCKET: 'The server closed the connection before the end.',
}

const UNREACHABLE_WHY: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Nothing listens there.',
  ECONNRESET: 'The server closed the connection.',
  EPIPE: 'The server closed the connection.',
  UND_ERR_SOCKET: 'The server closed the connection without an answer.',
  UND_ERR_HEADERS_OVERFLOW: 'The head of its answer is too long.',
  EHOSTUNREACH: 'There is no way to it.',
  ENETUNREACH: 'There is no way to it.',
  ETIMEDOUT: 'It did not take the connection in time.',
  ERR_SSL_WRONG_VERSION_NUMBER: 'What listens there does not speak TLS: the address may have to begin with http.',
}

function isAboutCertificate(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET|ERR_TLS_/.test(code)
}

function codeOf(error: unknown): string {
  const { code, errors } = error as { code?: unknown; errors?: readonly unknown[] }
  if (typeof code === 'string') return code
  return errors?.length ? codeOf(errors[0]) : ''
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
