import { ProductError } from '#domain/errors.ts'

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

/** The one table from error codes to exit codes; what is not here is `failed`. */
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
}

export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof Error && error.name === 'AbortError') return EXIT.cancelled
  return error instanceof ProductError ? (BY_ERROR[error.code] ?? EXIT.failed) : EXIT.failed
}

/** For failures that come as data (a job's, a server's), not as an error object. */
export function exitCodeForCode(code: string): ExitCode {
  return BY_ERROR[code] ?? EXIT.failed
}
