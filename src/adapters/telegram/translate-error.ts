import { ProductError, StoreRefusedError, StoreUnavailableError } from '#domain/errors.ts'
import { TelegramError } from './api-error.ts'

/** Runs `work`; what Telegram refused is thrown in the words of the product. */
export async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof TelegramError ? asProductError(error) : error
  }
}

/** Of a TelegramError; anything else is handed back as it is. */
function asProductError(error: unknown): unknown {
  if (!(error instanceof TelegramError)) return error
  const { message, fix, kind } = error
  const details = { why: message, ...(fix && { fix }), cause: error }
  if (kind === 'ambiguous' || kind === 'rate-limited') {
    return new StoreUnavailableError('Telegram could not be reached.', details)
  }
  return new StoreRefusedError('Telegram refused what was asked of it.', details)
}

export function isProductError(error: unknown, code: string): boolean {
  return error instanceof ProductError && error.code === code
}

/** The same for what is read. */
export async function* translatedBytes(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes
  } catch (error) {
    throw asProductError(error)
  }
}
