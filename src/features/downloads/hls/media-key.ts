import { AddressRefusedError, PlaylistUnreadableError, ProtectedMediaError } from '#domain/errors.ts'
import { implicitIv, type SegmentKey } from '#lib/hls/segment-key.ts'
import { dataKey } from './data-key.ts'
import type { KeyWish } from './segment-wish.ts'

/** A key that we can use. */
export interface UsableKey {
  readonly url: string
  /** Null: the media sequence number serves. */
  readonly iv: string | null
  readonly line: number
}

/** Names of key formats (RFC 8216bis §4.4.4.4, DASH-IF registry of content protection). */
const SYSTEMS: readonly (readonly [name: RegExp, words: string])[] = [
  [/streamingkeydelivery|^skd/i, 'FairPlay'],
  [/edef8ba9-79d6-4ace-a3c8-27dcd51d21ed|widevine/i, 'Widevine'],
  [/9a04f079-9840-4286-ab92-e65be0885f95|playready/i, 'PlayReady'],
  [/1077efec-c0b2-4d02-ace3-3c1e52e2fb4b|clearkey/i, 'Clear Key'],
]

/**
 * The key among those of a segment that we can use; null when it is not encrypted. `identity` wins over any system.
 * Throws ProtectedMediaError when there are keys and none will do, AddressRefusedError for one that is not on the web,
 * PlaylistUnreadableError for one that cannot be read.
 */
export function usableKey(keys: readonly SegmentKey[]): UsableKey | null {
  const [any] = keys
  if (!any) return null
  const identity = keys.find(({ keyFormat }) => keyFormat.toLowerCase() === 'identity')
  if (!identity) throw protectedBy(systemOf(any), any)
  if (identity.method !== 'AES-128') throw protectedBy(identity.method || 'an unnamed method', identity)
  const { url, iv, line } = identity
  if (url === null) throw withoutKey(line)
  if (/^skd:/i.test(url)) throw protectedBy('FairPlay', identity)
  if (/^data:/i.test(url) && dataKey(url) === null) throw badDataKey(line)
  if (!/^(?:https?|data):/i.test(url)) throw notOnTheWeb(line)
  // Given but unreadable is not the same as not given: the wrong IV spoils the first block of each segment.
  if (iv === null && identity.attributes.has('IV')) throw badIv(line)
  return { url, iv, line }
}

/** The key of one segment, its IV decided. */
export function keyWish(key: UsableKey | null, msn: number): KeyWish | null {
  return key && { url: key.url, ivHex: key.iv ?? implicitIv(msn) }
}

/** The key of an init section, which has no number to take an IV from. Throws PlaylistUnreadableError. */
export function initKeyWish(key: UsableKey | null): KeyWish | null {
  if (!key) return null
  if (key.iv !== null) return { url: key.url, ivHex: key.iv }
  throw new PlaylistUnreadableError('An init section is encrypted without an IV.', key.line, {
    why: `Line ${key.line}: the key above EXT-X-MAP must name its IV (RFC 8216bis §4.4.4.5).`,
    fix: 'The server has to mend its playlist; another variant may be right.',
  })
}

function systemOf({ keyFormat, method }: SegmentKey): string {
  return SYSTEMS.find(([name]) => name.test(keyFormat))?.[1] ?? `${method} with key format ${keyFormat.slice(0, 60)}`
}

function protectedBy(what: string, { line }: SegmentKey): ProtectedMediaError {
  return new ProtectedMediaError(`The stream is protected by ${what}.`, {
    why: `Line ${line}: only AES-128 with an open key can be undone here; ${what} is not undone.`,
    fix: 'Only who sells the stream can give it without protection; another address of it may be open.',
  })
}

function withoutKey(line: number): ProtectedMediaError {
  return new ProtectedMediaError('The stream is encrypted and its key has no address.', {
    why: `Line ${line}: EXT-X-KEY has no URI that can be resolved.`,
    fix: 'The server has to give the key; another variant may be right.',
  })
}

function notOnTheWeb(line: number): AddressRefusedError {
  return new AddressRefusedError('The playlist names a key that is not on the web.', {
    why: `Line ${line}: only http and https are fetched.`,
    fix: 'The server has to mend its playlist.',
  })
}

function badDataKey(line: number): PlaylistUnreadableError {
  return new PlaylistUnreadableError('The key inside the playlist is none.', line, {
    why: `Line ${line}: a key of AES-128 has exactly 16 bytes.`,
    fix: 'The server has to mend its playlist.',
  })
}

function badIv(line: number): PlaylistUnreadableError {
  return new PlaylistUnreadableError('The IV of a key cannot be read.', line, {
    why: `Line ${line}: an IV is a hexadecimal number of 128 bits.`,
    fix: 'The server has to mend its playlist.',
  })
}
