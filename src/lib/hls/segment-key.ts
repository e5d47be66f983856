import type { AttributeList } from './attribute-list.ts'
import type { TagLine } from './playlist-line.ts'
import type { PlaylistReading } from './playlist-reading.ts'
import type { TagAttributes } from './tag-attributes.ts'

/** EXT-X-KEY or EXT-X-SESSION-KEY (RFC 8216bis §4.4.4.4). METHOD=NONE is no key. */
export interface SegmentKey {
  /** `AES-128`, `SAMPLE-AES`, `SAMPLE-AES-CTR`, …; as it stands, also when unknown. */
  readonly method: string
  readonly uri: string | null
  readonly url: string | null
  /** 32 hexadecimal digits in lower case; null: the media sequence number serves, see `implicitIv`. */
  readonly iv: string | null
  /** `identity` when absent. */
  readonly keyFormat: string
  readonly keyFormatVersions: readonly number[]
  readonly line: number
  readonly attributes: AttributeList
}

const METHODS = new Set(['AES-128', 'AES-256-GCM', 'SAMPLE-AES', 'SAMPLE-AES-CTR', 'SAMPLE-AES-CENC'])

/** Reads a key; null for METHOD=NONE. Faults are reported as `key-invalid`. */
export function readKey(tag: TagLine, reading: PlaylistReading): SegmentKey | null {
  const attributes = reading.attributes(tag)
  const method = attributes.word('METHOD') ?? ''
  if (method === 'NONE') {
    if (attributes.list.size > 1) reading.violate('syntax', tag, 'METHOD=NONE with other attributes')
    return null
  }
  if (!METHODS.has(method)) reading.violate('key-invalid', tag, `METHOD ${JSON.stringify(method)} is not known`)
  const address = attributes.uri('URI')
  if (!address) reading.violate('key-invalid', tag, 'URI is missing')
  noteVersions(tag, reading, attributes)
  return {
    method,
    uri: address?.uri ?? null,
    url: address?.url ?? null,
    iv: readIv(tag, reading, attributes),
    keyFormat: attributes.text('KEYFORMAT') ?? 'identity',
    keyFormatVersions: readVersions(attributes),
    line: tag.line,
    attributes: attributes.list,
  }
}

/** The IV of a segment whose key names none: its media sequence number, big-endian (RFC 8216bis §5.2). 32 hexadecimal digits. */
export function implicitIv(msn: number): string {
  return msn.toString(16).padStart(32, '0')
}

function readIv(tag: TagLine, reading: PlaylistReading, attributes: TagAttributes): string | null {
  const text = attributes.word('IV')
  if (text === null) return null
  const digits = /^(0x)?([0-9a-f]+)$/i.exec(text)
  // Leading zeros beyond 128 bits change nothing.
  const value = digits?.[2]?.toLowerCase().replace(/^0+(?=.{32})/, '')
  if (value === undefined || value.length > 32) {
    reading.violate('key-invalid', tag, 'IV is not a hexadecimal number of 128 bits')
    return null
  }
  if (digits?.[1] === undefined) reading.violate('key-invalid', tag, 'IV does not begin with 0x')
  else if (value.length < 32) reading.violate('key-invalid', tag, 'IV has fewer than 32 digits', 'warning')
  return value.padStart(32, '0')
}

function readVersions(attributes: TagAttributes): readonly number[] {
  const versions = attributes.texts('KEYFORMATVERSIONS', '/').map(Number).filter(Number.isSafeInteger)
  return versions.length === 0 ? [1] : versions
}

function noteVersions(tag: TagLine, reading: PlaylistReading, { list }: TagAttributes): void {
  if (list.has('IV')) reading.needsVersion(2, 'IV', tag.line)
  if (list.has('KEYFORMAT') || list.has('KEYFORMATVERSIONS')) reading.needsVersion(5, 'KEYFORMAT', tag.line)
}
