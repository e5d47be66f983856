import { integerValue } from './head-tags.ts'
import type { MediaDraft, PlaylistWide } from './media-draft.ts'
import type { TagLine } from './playlist-line.ts'
import type { PlaylistReading } from './playlist-reading.ts'

type Reader = (tag: TagLine, wide: PlaylistWide, reading: PlaylistReading) => void

/** Tags that speak of the whole media playlist and may stand once (RFC 8216bis §4.4.3). */
const READERS = new Map<string, Reader>([
  [
    'EXT-X-TARGETDURATION',
    (tag, wide, reading) => {
      wide.targetDurationSec = integerValue(tag, reading)
    },
  ],
  [
    'EXT-X-MEDIA-SEQUENCE',
    (tag, wide, reading) => {
      wide.mediaSequence = integerValue(tag, reading) ?? 0
    },
  ],
  [
    'EXT-X-DISCONTINUITY-SEQUENCE',
    (tag, wide, reading) => {
      wide.discontinuitySequence = integerValue(tag, reading) ?? 0
    },
  ],
  ['EXT-X-PLAYLIST-TYPE', readType],
  [
    'EXT-X-ENDLIST',
    (_tag, wide) => {
      wide.ended = true
    },
  ],
  ['EXT-X-I-FRAMES-ONLY', readIFramesOnly],
  ['EXT-X-SERVER-CONTROL', readServerControl],
  ['EXT-X-PART-INF', readPartInf],
  ['EXT-X-SKIP', readSkip],
])

/** These must come before the first segment. */
const BEFORE_SEGMENTS = new Set(['EXT-X-MEDIA-SEQUENCE', 'EXT-X-DISCONTINUITY-SEQUENCE'])

/** Reads a tag of the whole playlist; false when it is none. */
export function readWideTag(tag: TagLine, draft: MediaDraft, reading: PlaylistReading): boolean {
  const read = READERS.get(tag.name)
  if (!read) return false
  if (!reading.isFirst(tag)) return true
  if (draft.segments.length > 0 && BEFORE_SEGMENTS.has(tag.name)) {
    reading.violate('syntax', tag, 'the tag must come before the first segment')
  }
  read(tag, draft.wide, reading)
  return true
}

function readType(tag: TagLine, wide: PlaylistWide, reading: PlaylistReading): void {
  const text = tag.value ?? ''
  if (text === 'VOD') wide.type = 'vod'
  else if (text === 'EVENT') wide.type = 'event'
  else reading.violate('syntax', tag, 'the type is neither EVENT nor VOD')
}

function readIFramesOnly(tag: TagLine, wide: PlaylistWide, reading: PlaylistReading): void {
  wide.iFramesOnly = true
  reading.needsVersion(4, 'EXT-X-I-FRAMES-ONLY', tag.line)
}

function readServerControl(tag: TagLine, wide: PlaylistWide, reading: PlaylistReading): void {
  const attributes = reading.attributes(tag)
  wide.serverControl = {
    canSkipUntilSec: attributes.decimal('CAN-SKIP-UNTIL'),
    canSkipDateRanges: attributes.flag('CAN-SKIP-DATERANGES'),
    holdBackSec: attributes.decimal('HOLD-BACK'),
    partHoldBackSec: attributes.decimal('PART-HOLD-BACK'),
    canBlockReload: attributes.flag('CAN-BLOCK-RELOAD'),
  }
}

function readPartInf(tag: TagLine, wide: PlaylistWide, reading: PlaylistReading): void {
  wide.partTargetSec = reading.attributes(tag).decimal('PART-TARGET')
  if (wide.partTargetSec === null) reading.violate('syntax', tag, 'PART-TARGET is missing')
}

function readSkip(tag: TagLine, wide: PlaylistWide, reading: PlaylistReading): void {
  const attributes = reading.attributes(tag)
  const count = attributes.integer('SKIPPED-SEGMENTS')
  if (count === null) reading.violate('syntax', tag, 'SKIPPED-SEGMENTS is missing')
  const removedDateRangeIds = attributes.texts('RECENTLY-REMOVED-DATERANGES', '\t')
  const withDates = attributes.list.has('RECENTLY-REMOVED-DATERANGES')
  reading.needsVersion(withDates ? 10 : 9, 'EXT-X-SKIP', tag.line)
  wide.skipped = { count: count ?? 0, removedDateRangeIds }
}
