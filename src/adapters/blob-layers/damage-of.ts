import { BlobDamagedError } from '#domain/errors.ts'
import { SealingError, type SealingErrorCode } from '#lib/sealing/sealing-error.ts'

const ADVICE: Partial<Record<SealingErrorCode, { readonly why: string; readonly fix: string }>> = {
  'other-key': {
    why: 'The recovery key of this library is not the one that these bytes were stored with.',
    fix: 'Start with the recovery key of the library that stored them.',
  },
  'not-sealed': {
    why: 'They were stored without encryption, by a later version, or by somebody else.',
    fix: 'Set ENCRYPTION as it was when they were stored.',
  },
}

/** What the rest of the product calls a SealingError; any other error is returned as it is. */
export function damageOf(error: unknown): unknown {
  if (!(error instanceof SealingError)) return error
  return new BlobDamagedError(error.message, { ...ADVICE[error.code], cause: error })
}
