import { parseByteRange } from './byte-range.ts'
import { CUE_TAGS, readCue } from './cue.ts'
import { parseDateTime } from './date-time.ts'
import { parseExtinf } from './extinf.ts'
import { integerValue } from './head-tags.ts'
import type { MediaDraft } from './media-draft.ts'
import type { TagLine } from './playlist-line.ts'
import type { PlaylistReading } from './playlist-reading.ts'

type Reader = (tag: TagLine, draft: MediaDraft, reading: PlaylistReading) => void

/** Tags of segments and of what lies between them (RFC 8216bis §4.4.4, §4.4.5). */
const READERS = new Map<string, Reader>([
  ['EXTINF', readExtinf],
  ['EXT-X-BYTERANGE', readByteRange],
  ['EXT-X-DISCONTINUITY', (_tag, draft) => void draft.pending.discontinuities++],
  ['EXT-X-KEY', (tag, draft, reading) => draft.keys.add(tag, reading)],
  ['EXT-X-MAP', readMap],
  ['EXT-X-PROGRAM-DATE-TIME', readProgramDateTime],
  [
    'EXT-X-GAP',
    (_tag, draft) => {
      draft.pending.gap = true
    },
  ],
  [
    'EXT-X-BITRATE',
    (tag, draft, reading) => {
      draft.bitrateKbps = integerValue(tag, reading)
    },
  ],
  ['EXT-X-DATERANGE', (tag, draft, reading) => draft.dateRanges.add(tag, reading)],
  ['EXT-X-PART', (tag, draft, reading) => void draft.pending.parts.push(reading.rawAttributes(tag))],
  ['EXT-X-PRELOAD-HINT', (tag, draft, reading) => void draft.preloadHints.push(reading.rawAttributes(tag))],
  ['EXT-X-RENDITION-REPORT', (tag, draft, reading) => void draft.renditionReports.push(reading.rawAttributes(tag))],
])
for (const name of CUE_TAGS) READERS.set(name, (tag, draft) => void draft.pending.cues.push(readCue(tag)))

/** Reads a tag of a segment; false when it is none. */
export function readSegmentTag(tag: TagLine, draft: MediaDraft, reading: PlaylistReading): boolean {
  const read = READERS.get(tag.name)
  read?.(tag, draft, reading)
  return read !== undefined
}

function readExtinf(tag: TagLine, { pending }: MediaDraft, reading: PlaylistReading): void {
  if (pending.info) reading.violate('syntax', tag, `no URI followed the EXTINF of line ${pending.infoLine}`, 'error')
  const text = tag.value ?? ''
  const info = parseExtinf(text, (fault) => reading.violate('syntax', tag, fault))
  if (/^\d+\./.test(text)) reading.needsVersion(3, 'a decimal EXTINF', tag.line)
  pending.info = info
  pending.infoLine = tag.line
}

function readByteRange(tag: TagLine, { pending }: MediaDraft, reading: PlaylistReading): void {
  reading.needsVersion(4, 'EXT-X-BYTERANGE', tag.line)
  const value = parseByteRange(tag.value ?? '')
  pending.byteRange = { line: tag.line, value }
  if (!value) reading.violate('syntax', tag, 'not a byte range', 'error')
}

function readMap(tag: TagLine, draft: MediaDraft, reading: PlaylistReading): void {
  const attributes = reading.attributes(tag)
  const address = attributes.uri('URI')
  reading.needsVersion(draft.wide.iFramesOnly ? 5 : 6, 'EXT-X-MAP', tag.line)
  if (!address) {
    reading.violate('syntax', tag, 'URI is missing', 'error')
    return
  }
  const rangeText = attributes.text('BYTERANGE')
  const range = rangeText === null ? null : parseByteRange(rangeText)
  if (rangeText !== null && !range) reading.violate('syntax', tag, 'BYTERANGE is not a byte range', 'error')
  if (range?.offset === null) reading.violate('range-without-offset', tag, 'BYTERANGE of a map needs its offset')
  const byteRange = range && { offset: range.offset ?? 0, length: range.length }
  const { keys } = draft.keys
  if (keys.some((key) => key.method === 'AES-128' && key.iv === null)) {
    reading.violate('key-missing-iv-for-map', tag, 'an encrypted map needs a key with IV')
  }
  const badByteRangeLine = rangeText !== null && !range ? tag.line : null
  draft.map = { ...address, byteRange, badByteRangeLine, keys, line: tag.line }
}

function readProgramDateTime(tag: TagLine, { pending }: MediaDraft, reading: PlaylistReading): void {
  const date = parseDateTime(tag.value ?? '')
  if (!date) reading.violate('syntax', tag, 'not a date and time')
  else if (!date.hasZone) reading.violate('syntax', tag, 'the date has no time zone; taken as UTC')
  pending.dateMs = date?.ms ?? null
}
