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
  /**
   * Whether trying again, unchanged, may work: `later` surely once what it waits for is there, however long that takes;
   * `sometimes` perhaps, so a few tries are worth it.
   */
  readonly retry: 'never' | 'later' | 'sometimes' = 'never'
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

const MEND_STORE = '`telereel verify --repair` mends what can be mended, and says what is lost.'

export class BlobNotFoundError extends ProductError {
  readonly code = 'blob-not-found'

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, { fix: MEND_STORE, ...details })
  }
}

/** What was read is not what was stored: wrong length or wrong hash. */
export class BlobDamagedError extends ProductError {
  readonly code = 'blob-damaged'

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, { fix: MEND_STORE, ...details })
  }
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

/** A stream goes on coded in another way than it began; one track cannot say that in the form that was chosen. */
export class CodingChangedError extends ProductError {
  readonly code = 'coding-changed'
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

/** An address that we never fetch: inside this network, not http(s), or with credentials in it. */
export class AddressRefusedError extends ProductError {
  readonly code = 'address-refused'
}

/** No connection, or no answer in time: DNS, TCP, TLS, a reset. */
export class RemoteUnreachableError extends ProductError {
  readonly code = 'remote-unreachable'
  override readonly retry = 'sometimes'
}

/** The server answered with a status that is no success. */
export class RemoteRefusedError extends ProductError {
  readonly code = 'remote-refused'
  override readonly retry: 'never' | 'sometimes'
  readonly status: number
  /** What `Retry-After` says, from now on; null when it says nothing. */
  readonly retryAfterMs: number | null

  constructor(message: string, status: number, details: ErrorDetails & { readonly retryAfterMs?: number | null } = {}) {
    super(message, details)
    this.status = status
    this.retryAfterMs = details.retryAfterMs ?? null
    this.retry = status >= 500 || status === 408 || status === 425 || status === 429 ? 'sometimes' : 'never'
  }
}

/** The answer broke off, stood still, or was not what its head promised. */
export class RemoteBrokenError extends ProductError {
  readonly code = 'remote-broken'
  override readonly retry = 'sometimes'
}

export class AnswerTooLargeError extends ProductError {
  readonly code = 'answer-too-large'
}

/** What was fetched is no playlist, or one that cannot be read. */
export class PlaylistUnreadableError extends ProductError {
  readonly code = 'playlist-unreadable'
  /** From 1; null when no line is at fault. */
  readonly line: number | null

  constructor(message: string, line: number | null, details: ErrorDetails = {}) {
    super(message, details)
    this.line = line
  }
}

/** Protected by a scheme that we do not undo: DRM, SAMPLE-AES, a key that is not given. */
export class ProtectedMediaError extends ProductError {
  readonly code = 'protected-media'
}

/** Segments of a stream cannot be had, and gaps are not allowed. */
export class SegmentMissingError extends ProductError {
  readonly code = 'segment-missing'
}

export type PageRefusal =
  | 'login-needed'
  | 'not-a-bot'
  | 'drm'
  | 'gone'
  | 'region'
  | 'not-begun'
  | 'no-video'
  | 'too-large'
  | 'tool-too-old'
  | 'other'

/** A page gives no video to us; `cause` words say why, `fix` what helps. */
export class PageRefusedError extends ProductError {
  readonly code = 'page-refused'
  override readonly retry: 'never' | 'sometimes'
  readonly refusal: PageRefusal

  constructor(message: string, refusal: PageRefusal, details: ErrorDetails = {}) {
    super(message, details)
    this.refusal = refusal
    this.retry = refusal === 'other' ? 'sometimes' : 'never'
  }
}
