import { ProductError } from '#domain/errors.ts'
import { fineCodeOf } from '#domain/job-failure.ts'

/** Requirements §1; complete. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  partly: 3,
  credentials: 4,
  temporary: 5,
  permanent: 6,
  notFound: 7,
  toolMissing: 8,
  noSpace: 9,
  problems: 20,
  cancelled: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** The one table from error codes to exit codes, a fine code before its code; what is not here is `failed`. */
const BY_ERROR: Readonly<Record<string, ExitCode>> = {
  'invalid-input': EXIT.usage,
  'not-found': EXIT.notFound,
  'video-not-found': EXIT.notFound,
  'track-not-found': EXIT.notFound,
  'segment-not-found': EXIT.notFound,
  'job-not-found': EXIT.notFound,
  'library-locked': EXIT.temporary,
  'rate-limited': EXIT.temporary,
  'store-unavailable': EXIT.temporary,
  'store-refused': EXIT.permanent,
  'credentials-refused': EXIT.credentials,
  'tool-missing': EXIT.toolMissing,
  'no-space': EXIT.noSpace,
  cancelled: EXIT.cancelled,

  // The address is for the owner to allow.
  'address-refused': EXIT.usage,
  'remote-unreachable': EXIT.temporary,
  'remote-broken': EXIT.temporary,
  'remote-refused': EXIT.permanent,
  'remote-refused.401': EXIT.credentials,
  'remote-refused.407': EXIT.credentials,
  'remote-refused.408': EXIT.temporary,
  'remote-refused.425': EXIT.temporary,
  'remote-refused.429': EXIT.temporary,
  'answer-too-large': EXIT.permanent,
  'playlist-unreadable': EXIT.permanent,
  'protected-media': EXIT.permanent,
  'segment-missing': EXIT.permanent,
  'page-refused': EXIT.permanent,
  'page-refused.login-needed': EXIT.credentials,
  'page-refused.not-a-bot': EXIT.credentials,
  'page-refused.not-begun': EXIT.temporary,
  'page-refused.other': EXIT.temporary,
  'page-refused.tool-too-old': EXIT.toolMissing,
}

export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof Error && error.name === 'AbortError') return EXIT.cancelled
  return error instanceof ProductError ? exitCodeForCode(fineCodeOf(error)) : EXIT.failed
}

/** For failures that come as data (a job's, a server's), not as an error object. */
export function exitCodeForCode(code: string): ExitCode {
  // A server that is broken for the moment, whichever way it says so.
  if (/^remote-refused\.5\d\d$/.test(code)) return EXIT.temporary
  return BY_ERROR[code] ?? BY_ERROR[code.split('.')[0] ?? ''] ?? EXIT.failed
}
