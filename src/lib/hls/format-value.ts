import { PlaylistFormatError } from './playlist-format-error.ts'

// biome-ignore lint/suspicious/noControlCharactersInRegex: line breaks and other controls are what must not get in.
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g

/**
 * A quoted-string (RFC 8216bis §4.2) from any text, such as a track's title in a foreign file.
 * A quote becomes an apostrophe, control characters a space, and `{$` loses its dollar,
 * or a player would look for a variable.
 */
export function quoted(text: string): string {
  const clean = text.toWellFormed().replace(CONTROLS, ' ').replaceAll('"', "'").replaceAll('{$', '{')
  return `"${clean}"`
}

/** A URI for a line of its own or a quoted attribute. Throws PlaylistFormatError for what would be another line, tag or value. */
export function uri(text: string): string {
  if (/^#|[\s"\p{Cc}]|\{\$|^$/u.test(text)) throw new PlaylistFormatError('this URI', text)
  return text
}

/** A decimal-integer. Throws PlaylistFormatError unless it is a whole number from 0 to 2^53 - 1. */
export function integer(value: number): string {
  if (!Number.isSafeInteger(value) || value < 0) throw new PlaylistFormatError('this integer', value)
  return String(value)
}

/** A decimal-floating-point with a fixed number of digits. Throws PlaylistFormatError unless finite and not negative. */
export function decimal(value: number, digits: number): string {
  if (!Number.isFinite(value) || value < 0 || value >= 1e15) throw new PlaylistFormatError('this number', value)
  return value.toFixed(digits)
}

/** `NAME=value,…` of the pairs whose value is there. */
export function attributes(pairs: readonly (readonly [name: string, value: string | undefined])[]): string {
  return pairs
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${value}`)
    .join(',')
}

/** Applies `write` to what is there. */
export function optional<T>(value: T | undefined, write: (value: T) => string): string | undefined {
  return value === undefined ? undefined : write(value)
}
