import { cannotWrite } from '#adapters/disk/cannot-write.ts'
import type { ProductError } from '#domain/errors.ts'

/**
 * What became of standard output, once all has gone out: null when it is written. Whoever reads it may leave early
 * (`telereel list | head`): that is no fault. The work goes on in any case, and nobody is there to be told of standard error.
 */
export function watchOutput(): () => Promise<ProductError | null> {
  let fault: ProductError | null = null
  process.stderr.on('error', () => {})
  process.stdout.on('error', (cause: NodeJS.ErrnoException) => {
    if (cause.code === 'EPIPE') return
    fault ??= cannotWrite(cause, 'Standard output cannot be written', 'Make room there, or send it elsewhere.')
  })
  return async () => {
    await new Promise<void>((resolve) => process.stdout.write('', () => resolve()))
    return fault
  }
}
