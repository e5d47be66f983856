import { ProductError } from '#domain/errors.ts'

/** The video is there, but nothing of it can be played yet. */
export class NotReadyError extends ProductError {
  readonly code = 'not-ready'
  override readonly retry = 'later'
}
