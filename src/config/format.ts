import { isIP } from 'node:net'
import { z } from 'zod'
import { Secret } from './secrets.ts'

/** How the text of one setting is read: the schema turns text into the value, `allowed` says in words what it takes. */
export interface Format<T> {
  readonly kind: 'text' | 'number' | 'bytes' | 'flag' | 'choice' | 'list' | 'rate' | 'secret' | 'path'
  readonly schema: z.ZodType<T, string>
  readonly allowed: string
  readonly unit?: string
  readonly choices?: readonly string[]
}

interface Bounds {
  readonly min: number
  readonly max: number
  readonly unit?: string
}

const trimmed = z.string().trim()

/** A whole number between `min` and `max`, both included. */
export function wholeNumber({ min, max, unit }: Bounds): Format<number> {
  return {
    kind: 'number',
    schema: trimmed
      .regex(/^\d{1,16}$/)
      .transform(Number)
      .pipe(z.number().min(min).max(max)),
    allowed: `a whole number from ${min} to ${max}${unit ? ` (${unit})` : ''}`,
    ...(unit && { unit }),
  }
}

/** A number, decimals allowed, between `min` and `max`, both included. */
export function decimal({ min, max, unit }: Bounds): Format<number> {
  return {
    kind: 'number',
    schema: trimmed
      .regex(/^\d{1,12}(\.\d{1,6})?$/)
      .transform(Number)
      .pipe(z.number().min(min).max(max)),
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
    schema: trimmed
      .toLowerCase()
      .regex(/^\d{1,16}(\.\d{1,6})?\s*([kmgt]i?b|b)?$/)
      .transform((text) => {
        const [, count = '', unit = ''] = /^([\d.]+)\s*(\D*)$/.exec(text) ?? []
        return Math.floor(Number(count) * (BYTES_PER_UNIT[unit] ?? Number.NaN))
      })
      .pipe(z.number().min(min).max(max)),
    allowed: `a size from ${min} to ${max} bytes, also written like 19MiB or 50GB`,
    unit: 'bytes',
  }
}

const FLAG_WORDS: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  1: true,
  false: false,
  no: false,
  off: false,
  0: false,
}

/** On or off. */
export const flag: Format<boolean> = {
  kind: 'flag',
  schema: trimmed
    .toLowerCase()
    .refine((word) => Object.hasOwn(FLAG_WORDS, word))
    .transform((word) => FLAG_WORDS[word] === true),
  allowed: 'true or false',
  choices: ['true', 'false'],
}

/** One of a few words, in any letter case. */
export function choice<const T extends string>(...words: readonly T[]): Format<T> {
  return {
    kind: 'choice',
    schema: trimmed
      .transform((text): string => words.find((word) => word.toLowerCase() === text.toLowerCase()) ?? '')
      .refine((word): word is T => word !== ''),
    allowed: `one of ${words.join(', ')}`,
    choices: words,
  }
}

/** A line of text that must match a pattern. */
export function pattern(regex: RegExp, allowed: string): Format<string> {
  return { kind: 'text', schema: trimmed.regex(regex), allowed }
}

/** A file or folder name. */
export const path: Format<string> = {
  kind: 'path',
  schema: z.string().min(1).max(4096),
  allowed: 'a path of at most 4096 characters',
}

/** A text nobody may see; blanks at its ends are dropped, as they come from copying. */
export function secretText(regex: RegExp, allowed: string): Format<Secret> {
  return { kind: 'secret', schema: trimmed.regex(regex).transform((text) => new Secret(text)), allowed }
}

/** A password, taken exactly as written. */
export function password({ min, max }: { min: number; max: number }): Format<Secret> {
  return {
    kind: 'secret',
    schema: z
      .string()
      .min(min)
      .max(max)
      .transform((text) => new Secret(text)),
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
    schema: trimmed
      .transform((text) => text.split(/[\s,]+/).filter(Boolean))
      .pipe(
        z
          .array(item.schema as z.ZodType<T, string>)
          .min(1)
          .max(1000),
      ),
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
  schema: trimmed
    .toLowerCase()
    .regex(/^[1-9]\d{0,6}\s*\/\s*(s|sec|min|h|hour)$/)
    .transform((text) => {
      const [count = '', unit = ''] = text.split('/').map((part) => part.trim())
      return { count: Number(count), windowMs: WINDOW_MS[unit] ?? Number.NaN }
    }),
  allowed: 'calls per time, like 10/min, 1/s or 100/h',
}

/** A host and, when one was written, its port. The host is in the form `URL.hostname` gives (IPv6 in brackets). */
export interface HostPort {
  readonly host: string
  readonly port?: number
}

/** A host name or IP address, with or without `:port`, and nothing else of an address. */
function parseHostPort(text: string): HostPort | undefined {
  const [, host, port] = /^(\[[\da-fA-F:.]+\]|[^\s:/?#@\\[\]*]+)(?::(\d{1,5}))?$/.exec(text) ?? []
  if (!host) return undefined
  const url = URL.parse(`http://${host}`)
  if (!url?.hostname || Number(port ?? 1) < 1 || Number(port ?? 1) > 65_535) return undefined
  return port ? { host: url.hostname, port: Number(port) } : { host: url.hostname }
}

export const hostPort: Format<HostPort> = {
  kind: 'text',
  schema: trimmed.transform(parseHostPort).pipe(z.custom<HostPort>((value) => value !== undefined)),
  allowed: 'a host name or IP address, with :port if needed, without http://',
}

/** A name to listen on or to connect to, without port: what `net.connect` takes. */
export const host: Format<string> = {
  kind: 'text',
  schema: trimmed.refine((text) => isIP(text) !== 0 || /^[A-Za-z0-9_]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?$/.test(text)),
  allowed: 'a host name or IP address, without http:// and port',
}

/** An IP address or a network in CIDR form. */
export const network: Format<string> = {
  kind: 'text',
  schema: trimmed.refine((text) => {
    const [address = '', bits, more] = text.split('/')
    const family = isIP(address)
    if (family === 0 || more !== undefined) return false
    return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128))
  }),
  allowed: 'an IP address or a network like 10.0.0.0/8',
}

/** An http or https address without login, query and fragment; no slash at its end. */
export const webAddress: Format<string> = {
  kind: 'text',
  schema: trimmed
    .transform((text) => {
      const url = URL.parse(text)
      if (!url || !/^https?:$/.test(url.protocol)) return undefined
      if (url.username || url.password || url.search || url.hash) return undefined
      return url.href.replace(/\/+$/, '')
    })
    .pipe(z.custom<string>((address) => address !== undefined)),
  allowed: 'an address with http:// or https://, without login, query and fragment',
}
