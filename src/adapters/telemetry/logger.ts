import { createWriteStream } from 'node:fs'
import { Writable } from 'node:stream'
import { pino } from 'pino'
import { createRedactor } from './redactor.ts'

export interface LoggerOptions {
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error'
  /** Appended to; standard error when not given. */
  readonly file?: string
  readonly secrets: readonly string[]
}

export interface Logger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** One JSON line per entry (control characters escaped by JSON), secrets taken out at the sink. */
export function createLogger({ level, file, secrets }: LoggerOptions): Logger {
  const redact = createRedactor(secrets)
  const out: NodeJS.WritableStream = file ? createWriteStream(file, { flags: 'a', mode: 0o600 }) : process.stderr
  const sink = new Writable({
    decodeStrings: false,
    write(line: string | Buffer, _encoding, done) {
      out.write(redact(line.toString()))
      done()
    },
  })
  return pino({ level, base: null, serializers: { error: pino.stdSerializers.err } }, sink)
}
