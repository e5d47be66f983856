/** Why a text is no recovery key: `character` one does not occur in keys, `length` some are missing or too many, `mistyped`. */
export type RecoveryKeyErrorCode = 'character' | 'length' | 'mistyped'

/** The message is for the person who typed the key; it never holds the key itself. */
export class RecoveryKeyError extends Error {
  override readonly name = 'RecoveryKeyError'
  readonly code: RecoveryKeyErrorCode

  constructor(code: RecoveryKeyErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
