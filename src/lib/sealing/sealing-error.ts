/**
 * Why sealed bytes could not be opened, or plain bytes not be sealed:
 * `not-sealed` they are something else or of a later version, `other-key` another library's key sealed them, `changed` they
 * are not as they were sealed, `cut` some are missing or too many, `source-changed` the plain bytes differed between readings.
 */
export type SealingErrorCode = 'not-sealed' | 'other-key' | 'changed' | 'cut' | 'source-changed'

/** The only error that sealing and opening throw because of the bytes they were given. */
export class SealingError extends Error {
  override readonly name = 'SealingError'
  readonly code: SealingErrorCode

  constructor(code: SealingErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
