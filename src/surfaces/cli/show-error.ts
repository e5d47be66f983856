import { ProductError } from '#domain/errors.ts'
import { type ExitCode, exitCodeOf } from './exit-code.ts'
import type { Terminal } from './terminal.ts'

/** Says what went wrong, why and how to mend it; a stack only with --debug. Returns the exit code. */
export function showError(error: unknown, terminal: Terminal, about?: string): ExitCode {
  const exit = exitCodeOf(error)
  const { code, message, why, fix } = factsOf(error)
  if (terminal.json) {
    terminal.warn(JSON.stringify({ v: 1, type: 'error', code, message, why, fix, exit, ...(about && { file: about }) }))
  } else {
    terminal.warn(`${terminal.colors.red('✖')} ${message}  [${code}]`)
    if (why) terminal.warn(`  Why   ${why}`)
    if (fix) terminal.warn(`  Fix   ${fix}`)
  }
  if (terminal.debug && error instanceof Error) terminal.warn(error.stack ?? String(error))
  return exit
}

/** What mends it at a command line, where the error itself names nothing. */
const FIXES: Readonly<Record<string, string>> = {
  'video-not-found': '`telereel list` shows the ids of all videos.',
}

function factsOf(error: unknown): {
  code: string
  message: string
  why?: string | undefined
  fix?: string | undefined
} {
  if (error instanceof ProductError) {
    const { code, message, why, fix = FIXES[code] } = error
    return { code, message, why, fix }
  }
  if (error instanceof Error && error.name === 'AbortError') return { code: 'cancelled', message: 'Stopped.' }
  const message = error instanceof Error ? error.message : String(error)
  return { code: 'internal', message, fix: 'Run the same with --debug to see where; then report it.' }
}
