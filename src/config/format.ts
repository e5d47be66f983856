import { isIP } from 'node:net'
import { Secret } from './secrets.ts'

/** How the text of one setting is read, and in words what it takes. */
export interface Format<T> {
  readonly kind: 'text' | 'number' | 'bytes' | 'flag' | 'choice' | 'list' | 'rate' | 'secret' | 'path'
  /** The value of a text that is not blank; undefined when the text is not allowed. */
  readonly read: (text: string) => T | undefined
  readonly allowed: string
  readonly unit?: string
  readonly choices?: readonly string[]
}

interface Bounds {
  readonly min: number
  readonly max: number
  readonly unit?: string
}

function within(value: number, { min, max }: Bounds): number | undefined {
  return value >= min && value <= max ? value : undefined
}

/** A whole number between `min` and `max`, both included. */
export function wholeNumber({ min, max, unit }: Bounds): Format<number> {
  return {
    kind: 'number',
    read: (text) => (/^\d{1,16}$/.test(text.trim()) ? within(Number(text), { min, max }) : undefined),
    allowed: `a whole number from ${min} to ${max}${unit ? ` (${unit})` : ''}`,
    ...(unit && { unit }),
  }
}

/** A number, decimals allowed, between `min` and `max`, both included. */
export function decimal({ min, max, unit }: Bounds): Format<number> {
  return {
    kind: 'number',
    read: (text) => (/^\d{1,12}(\.\d{1,6})?$/.test(text.trim()) ? within(Number(text), { min, max }) : undefined),
    allowed: `a number from ${min} to ${max}${unit ? ` (${unit})` : ''}`,
    ...(unit && { unit }),
  }
}

const BYTES_PER_UNIT: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
}

/** A count of bytes: plain, or with a unit (kB MB GB TB of 1000, KiB MiB GiB TiB of 1024). */
export function byteCount({ min, max }: { min: number; max: number }): Format<number> {
  return {
    kind: 'bytes',
    read(text) {
      const [, count, unit = ''] = /^(\d{1,16}(?:\.\d{1,6})?)\s*([kmgt]i?b|b)?$/i.exec(text.trim()) ?? []
      return within(Math.floor(Number(count) * (BYTES_PER_UNIT[unit.toLowerCase()] ?? Number.NaN)), { min, max })
    },
    allowed: `a size from ${min} to ${max} bytes, also written like 19MiB or 50GB`,
    unit: 'bytes',
  }
}

const FLAG_WORDS: ReadonlyMap<string, boolean> = new Map([
  ...['true', 'yes', 'on', '1'].map((word) => [word, true] as const),
  ...['false', 'no', 'off', '0'].map((word) => [word, false] as const),
])

/** On or off. */
export const flag: Format<boolean> = {
  kind: 'flag',
  read: (text) => FLAG_WORDS.get(text.trim().toLowerCase()),
  allowed: 'true or false',
  choices: ['true', 'false'],
}

/** One of a few words, in any letter case. */
export function choice<const T extends string>(...words: readonly T[]): Format<T> {
  return {
    kind: 'choice',
    read: (text) => words.find((word) => word.toLowerCase() === text.trim().toLowerCase()),
    allowed: `one of ${words.join(', ')}`,
    choices: words,
  }
}

function matching(regex: RegExp): (text: string) => string | undefined {
  return (text) => (regex.test(text.trim()) ? text.trim() : undefined)
}

/** A line of text that must match a pattern. */
export function pattern(regex: RegExp, allowed: string): Format<string> {
  return { kind: 'text', read: matching(regex), allowed }
}

/** A file or folder name. */
export const path: Format<string> = {
  kind: 'path',
  read: (text) => (text.length <= 4096 ? text : undefined),
  allowed: 'a path of at most 4096 characters',
}

function secretOf(text: string | 0 | undefined): Secret | undefined {
  return text ? new Secret(text) : undefined
}

/** A text nobody may see; blanks at its ends are dropped, as they come from copying. */
export function secretText(regex: RegExp, allowed: string): Format<Secret> {
  return { kind: 'secret', read: (text) => secretOf(matching(regex)(text)), allowed }
}

/** A password, taken exactly as written. */
export function password({ min, max }: { min: number; max: number }): Format<Secret> {
  return {
    kind: 'secret',
    read: (text) => secretOf(within(text.length, { min, max }) && text),
    allowed: `${min} to ${max} characters`,
  }
}

/** The token BotFather gives; the same pattern is what the log sink blacks out. */
export const BOT_TOKEN_PATTERN = /\b\d{6,12}:[A-Za-z0-9_-]{30,}(?![A-Za-z0-9_-])/

export const botToken: Format<Secret> = secretText(
  new RegExp(`^${BOT_TOKEN_PATTERN.source}$`),
  'a bot token from @BotFather, like 123456789: and 35 letters, digits, _ or -',
)

/** A chat: its number (channels begin with -100) or its public @name. */
export const chatId = pattern(
  /^(-?[1-9]\d{0,15}|@[A-Za-z]\w{3,31})$/,
  'a chat number (channels begin with -100) or a public @name',
)

/** Several values, separated by commas, blanks or both. */
export function listOf<T>(item: Format<T>, allowed: string): Format<readonly T[]> {
  return {
    kind: 'list',
    read(text) {
      const values = text
        .split(/[\s,]+/)
        .filter(Boolean)
        .map((each) => item.read(each))
      const isRight = values.length > 0 && values.length <= 1000
      return isRight && values.every((value) => value !== undefined) ? values : undefined
    },
    allowed,
  }
}

/** So many calls in a stretch of time. */
export interface Rate {
  readonly count: number
  readonly windowMs: number
}

const WINDOW_MS: Readonly<Record<string, number>> = { s: 1000, sec: 1000, min: 60_000, h: 3_600_000, hour: 3_600_000 }

/** `10/min`, `1/s`, `100/h`. */
export const rate: Format<Rate> = {
  kind: 'rate',
  read(text) {
    const [, count, unit = ''] = /^([1-9]\d{0,6})\s*\/\s*(s|sec|min|h|hour)$/i.exec(text.trim()) ?? []
    const windowMs = WINDOW_MS[unit.toLowerCase()]
    return windowMs ? { count: Number(count), windowMs } : undefined
  },
  allowed: 'calls per time, like 10/min, 1/s or 100/h',
}

/** A host and, when one was written, its port. The host is in the form `URL.hostname` gives (IPv6 in brackets). */
export interface HostPort {
  readonly host: string
  readonly port?: number
}

/** A host name or IP address, with or without `:port`, and nothing else of an address. */
function readHostPort(text: string): HostPort | undefined {
  const [, host, port] = /^(\[[\da-fA-F:.]+\]|[^\s:/?#@\\[\]*]+)(?::(\d{1,5}))?$/.exec(text.trim()) ?? []
  if (!host) return undefined
  const url = URL.parse(`http://${host}`)
  if (!url?.hostname || Number(port ?? 1) < 1 || Number(port ?? 1) > 65_535) return undefined
  return port ? { host: url.hostname, port: Number(port) } : { host: url.hostname }
}

export const hostPort: Format<HostPort> = {
  kind: 'text',
  read: readHostPort,
  allowed: 'a host name or IP address, with :port if needed, without http://',
}

const HOST_NAME = /^[A-Za-z0-9_]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?$/

/** A name to listen on or to connect to, without port: what `net.connect` takes. */
export const host: Format<string> = {
  kind: 'text',
  read(text) {
    const name = text.trim()
    return isIP(name) !== 0 || HOST_NAME.test(name) ? name : undefined
  },
  allowed: 'a host name or IP address, without http:// and port',
}

/** An IP address or a network in CIDR form. */
export const network: Format<string> = {
  kind: 'text',
  read(text) {
    const [address = '', bits = '0', more] = text.trim().split('/')
    const family = isIP(address)
    const isRight = family !== 0 && more === undefined && /^\d{1,3}$/.test(bits)
    return isRight && Number(bits) <= (family === 4 ? 32 : 128) ? text.trim() : undefined
  },
  allowed: 'an IP address or a network like 10.0.0.0/8',
}

/** An http or https address without login, query and fragment; no slash at its end. */
export const webAddress: Format<string> = {
  kind: 'text',
  read(text) {
    const url = URL.parse(text.trim())
    if (!url || !/^https?:$/.test(url.protocol)) return undefined
    if (url.username || url.password || url.search || url.hash) return undefined
    return url.href.replace(/\/+$/, '')
  },
  allowed: 'an address with http:// or https://, without login, query and fragment',
}
