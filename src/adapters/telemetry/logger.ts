import { createWriteStream, openSync } from 'node:fs'
import { Writable } from 'node:stream'
import { pino } from 'pino'
import { InvalidInputError } from '#domain/errors.ts'
import { stripControls } from '#lib/file-name/strip-controls.ts'
import { createRedactor } from './redactor.ts'

export interface LoggerOptions {
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent'
  /** Appended to; standard error when not given. */
  readonly file?: string
  readonly secrets: readonly string[]
  /** A line for people instead of JSON; only where a person looks on. */
  readonly human?: boolean
}

export interface Logger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/**
 * One JSON line per entry (control characters escaped by JSON), secrets taken out at the sink. Throws InvalidInputError for
 * a file that cannot be written; where it cannot be written any more, the rest goes to standard error.
 */
export function createLogger({ level, file, secrets, human = false }: LoggerOptions): Logger {
  const redact = createRedactor(secrets)
  let out: NodeJS.WritableStream = process.stderr
  if (file) {
    out = openFile(file).on('error', (error) => {
      if (out === process.stderr) return
      out = process.stderr
      out.write(`The log cannot be written to ${file} any more: ${error.message}\n`)
    })
  }
  const sink = new Writable({
    decodeStrings: false,
    write(line: string | Buffer, _encoding, done) {
      const clean = cleanEntry(line.toString(), redact)
      out.write(human && !file ? humanLine(clean) : `${clean}\n`)
      done()
    },
  })
  return pino({ level, base: null, serializers: { error: pino.stdSerializers.err } }, sink)
}

/** Text by text: what is taken out of a line of JSON may take a quote along, and a stranger's text end where he likes. */
function cleanEntry(line: string, redact: (text: string) => string): string {
  return JSON.stringify(JSON.parse(line, (_, value) => (typeof value === 'string' ? redact(value) : value)))
}

function openFile(path: string): NodeJS.WritableStream {
  try {
    return createWriteStream(path, { fd: openSync(path, 'a', 0o600) })
  } catch (cause) {
    throw new InvalidInputError(`The log file ${path} cannot be written.`, {
      why: (cause as Error).message,
      fix: 'Set LOG_FILE to a file in a folder that is there and may be written, or leave it out.',
      cause,
    })
  }
}

interface Entry {
  readonly time: number
  readonly level: number
  readonly msg: string
  readonly error?: { readonly message?: string }
}

/** `14:02:11 ! An ingest stopped. (file is empty)`; nothing in it steers a terminal. */
function humanLine(line: string): string {
  const { time, level, msg, error } = JSON.parse(line) as Entry
  const mark = level >= 50 ? '✖' : level >= 40 ? '!' : '·'
  const cause = error?.message ? ` (${inOneLine(error.message)})` : ''
  return `${new Date(time).toTimeString().slice(0, 8)} ${mark} ${inOneLine(msg)}${cause}\n`
}

/** Control characters as JSON escapes them; those that it leaves alone (C1, marks that turn the direction) go. */
function inOneLine(text: string): string {
  return stripControls(JSON.stringify(text).slice(1, -1))
}
