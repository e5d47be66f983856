import { type Format, path } from '../format.ts'
import { settingsOf } from '../setting.ts'

const { withDefault, optional } = settingsOf('logs')

/** How much is logged, in the words of the logger. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error'

/** WARNING and CRITICAL are what older installations have in their `.env`; nothing is worse than an error here. */
const LEVEL_OF_WORD: ReadonlyMap<string, LogLevel> = new Map([
  ['TRACE', 'trace'],
  ['DEBUG', 'debug'],
  ['INFO', 'info'],
  ['WARN', 'warn'],
  ['WARNING', 'warn'],
  ['ERROR', 'error'],
  ['CRITICAL', 'error'],
  ['FATAL', 'error'],
])

const CHOICES = ['TRACE', 'DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL']

const logLevel: Format<LogLevel> = {
  kind: 'choice',
  read: (text) => LEVEL_OF_WORD.get(text.trim().toUpperCase()),
  allowed: `one of ${CHOICES.join(', ')}`,
  choices: CHOICES,
}

export const logSettings = {
  LOG_LEVEL: withDefault(logLevel, 'INFO', { help: 'How much is logged.' }),
  LOG_FILE: optional(path, { help: 'File the log is written to, instead of standard error.', startOnly: true }),
}
