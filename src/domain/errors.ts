export interface ErrorDetails {
  /** The cause in words for a person. */
  readonly why?: string
  /** What mends it. */
  readonly fix?: string
  readonly cause?: unknown
}

/** Every failure this product expects. `code` is stable: clients, metrics, tests and the docs rely on it. */
export abstract class ProductError extends Error {
  abstract readonly code: string
  /** Whether trying again, unchanged, may work. */
  readonly retry: 'never' | 'later' = 'never'
  readonly why: string | undefined
  readonly fix: string | undefined

  constructor(message: string, { why, fix, cause }: ErrorDetails = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = new.target.name
    this.why = why
    this.fix = fix
  }
}

export class InvalidInputError extends ProductError {
  readonly code = 'invalid-input'
}

export class NotFoundError extends ProductError {
  readonly code: 'not-found' | 'video-not-found' | 'track-not-found' | 'segment-not-found' | 'job-not-found' =
    'not-found'
}

export class VideoNotFoundError extends NotFoundError {
  override readonly code = 'video-not-found'
}

export class TrackNotFoundError extends NotFoundError {
  override readonly code = 'track-not-found'
}

export class SegmentNotFoundError extends NotFoundError {
  override readonly code = 'segment-not-found'
}

export class JobNotFoundError extends NotFoundError {
  override readonly code = 'job-not-found'
}

/** The state of things forbids it now: deleting what is already going, two servers on one library. */
export class ConflictError extends ProductError {
  readonly code = 'conflict'
}

export class LibraryLockedError extends ProductError {
  readonly code = 'library-locked'
  override readonly retry = 'later'
}

export class BlobNotFoundError extends ProductError {
  readonly code = 'blob-not-found'
}

/** What was read is not what was stored: wrong length or wrong hash. */
export class BlobDamagedError extends ProductError {
  readonly code = 'blob-damaged'
}

export class BlobTooLargeError extends ProductError {
  readonly code = 'blob-too-large'
}

export class NoSpaceError extends ProductError {
  readonly code = 'no-space'
  override readonly retry = 'later'
}

/** The file is not media that we take: text, a picture, a playlist in disguise, nothing at all. */
export class NotMediaError extends ProductError {
  readonly code = 'not-media'
}

/** Media, but cut short or broken so that it cannot be read to its end. */
export class MediaDamagedError extends ProductError {
  readonly code = 'media-damaged'
}

/** Media that our safety limits refuse: a codec not on the list, too many streams, a picture too large. */
export class MediaRefusedError extends ProductError {
  readonly code = 'media-refused'
}

export class ToolMissingError extends ProductError {
  readonly code = 'tool-missing'
}

/** ffmpeg ended badly, hung, or was stopped by a limit. */
export class ToolFailedError extends ProductError {
  readonly code = 'tool-failed'
}

export class CancelledError extends ProductError {
  readonly code = 'cancelled'
}

/** A service outside asked us to wait; nothing is wrong. */
export class RateLimitedError extends ProductError {
  readonly code = 'rate-limited'
  override readonly retry = 'later'
  /** From now on. */
  readonly retryAfterMs: number

  constructor(message: string, retryAfterMs: number, details: ErrorDetails = {}) {
    super(message, details)
    this.retryAfterMs = retryAfterMs
  }
}

/** A token, key or password was refused by the service it is for. */
export class CredentialsRefusedError extends ProductError {
  readonly code = 'credentials-refused'
  /** When somebody has mended it. */
  override readonly retry = 'later'
}

/** The store outside cannot be reached, or not one of its ways in is open now. */
export class StoreUnavailableError extends ProductError {
  readonly code = 'store-unavailable'
  override readonly retry = 'later'
}

/** The store outside refuses for a reason that waiting does not mend. */
export class StoreRefusedError extends ProductError {
  readonly code = 'store-refused'
}
