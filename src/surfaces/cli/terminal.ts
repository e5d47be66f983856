import pc from 'picocolors'
import { shortSeconds } from '#domain/short-seconds.ts'
import { printable } from './printable.ts'
import { statusLine } from './status-line.ts'

/** What a verb talks through: data to `out`, talk to `err`. */
export interface Terminal {
  /** Machine-readable output is wanted: nothing but JSON goes to `data`. */
  readonly json: boolean
  readonly quiet: boolean
  readonly debug: boolean
  /** Progress may move: standard error is a terminal. */
  readonly animated: boolean
  readonly colors: ReturnType<typeof pc.createColors>
  /** A line of the result, for people. */
  print(line: string): void
  /** A value of the result, for programs: one line of JSON. */
  data(value: unknown): void
  /** A line of talk; nothing when quiet. */
  say(line: string): void
  /** A line of talk that is always shown. */
  warn(line: string): void
  /** Replaces the last status line; plain lines every 30 s where nothing can move. */
  status(line: string): void
  /** Asks a yes-or-no question; null when nobody can answer. */
  confirm(question: string): Promise<boolean | null>
}

export interface TerminalOptions {
  readonly json: boolean
  readonly quiet: boolean
  readonly debug: boolean
  readonly color: 'auto' | 'always' | 'never'
  readonly noColor: boolean
  readonly input: boolean
}

const STATUS_EVERY_MS = 30_000

export function createTerminal(options: TerminalOptions): Terminal {
  const animated = process.stderr.isTTY === true && !options.quiet && !options.json
  const colored =
    options.color === 'always' || (options.color === 'auto' && process.stdout.isTTY === true && !options.noColor)
  let statusShown = false
  let statusAt = Number.NEGATIVE_INFINITY
  const clear = () => {
    if (statusShown) process.stderr.write('\r\u001b[K')
    statusShown = false
  }
  const talk = (line: string) => {
    clear()
    process.stderr.write(`${printable(line, { colored })}\n`)
  }
  return {
    json: options.json,
    quiet: options.quiet,
    debug: options.debug,
    animated,
    colors: pc.createColors(colored),
    print: (line) => {
      clear()
      if (!options.json) process.stdout.write(`${printable(line, { colored })}\n`)
    },
    data: (value) => {
      if (options.json) process.stdout.write(`${JSON.stringify(value, shortSeconds)}\n`)
    },
    say: (line) => {
      if (!options.quiet) talk(line)
    },
    warn: talk,
    status: (line) => {
      if (options.quiet || options.json) return
      if (animated) {
        process.stderr.write(`\r\u001b[K${statusLine(line, process.stderr.columns)}`)
        statusShown = true
      } else if (performance.now() - statusAt > STATUS_EVERY_MS) {
        statusAt = performance.now()
        talk(statusLine(line, Number.POSITIVE_INFINITY))
      }
    },
    confirm: (question) => (options.input && process.stdin.isTTY ? ask(question) : Promise.resolve(null)),
  }
}

async function ask(question: string): Promise<boolean> {
  const { createInterface } = await import('node:readline/promises')
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `)).trim())
  } catch (error) {
    // Ctrl-C: what is said next begins on a line of its own.
    process.stderr.write('\n')
    throw error
  } finally {
    lines.close()
  }
}
