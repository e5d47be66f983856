import type { ByteRange } from './byte-range.ts'
import { checkMediaPlaylist } from './check-media-playlist.ts'
import { readHeadTag } from './head-tags.ts'
import { emptyDraft, emptyPending, type MediaDraft, type PendingSegment, type SegmentDraft } from './media-draft.ts'
import type { MediaPlaylist } from './media-playlist.ts'
import { readSegmentTag } from './media-segment-tags.ts'
import { readWideTag } from './media-wide-tags.ts'
import { PlaylistError } from './playlist-error.ts'
import { MAX_SEGMENTS } from './playlist-limits.ts'
import type { PlaylistLine, TagLine, UriLine } from './playlist-line.ts'
import type { PlaylistReading } from './playlist-reading.ts'

/** Reads the lines of a media playlist. Throws PlaylistError for undefined variables and too many segments. */
export function readMediaPlaylist(lines: Iterable<PlaylistLine>, reading: PlaylistReading): MediaPlaylist {
  const draft = emptyDraft()
  for (const line of lines) {
    if (line.kind === 'tag') readTag(line, draft, reading)
    else addSegment(line, draft, reading)
  }
  reportLeftovers(draft, reading)
  numberSegments(draft)
  dateSegments(draft.segments)
  return finished(draft, reading)
}

function readTag(tag: TagLine, draft: MediaDraft, reading: PlaylistReading): void {
  if (readSegmentTag(tag, draft, reading) || readWideTag(tag, draft, reading)) return
  if (readHeadTag(tag, draft.head, reading)) return
  if (/^EXT-X-(?:STREAM-INF|I-FRAME-STREAM-INF|MEDIA|SESSION-.*)$/.test(tag.name)) {
    reading.violate('syntax', tag, 'a tag of multivariant playlists in a media playlist', 'error')
  }
  draft.head.unknownTags.push({ name: tag.name, line: tag.line, value: tag.value })
}

function addSegment(line: UriLine, draft: MediaDraft, reading: PlaylistReading): void {
  const { pending } = draft
  if (!pending.info) {
    reading.log.add('syntax', line.line, null, 'a URI without EXTINF is no segment', 'error')
    return
  }
  if (draft.segments.length >= MAX_SEGMENTS) throw new PlaylistError('too-large', line.line, 'too many segments')
  const uri = reading.variables.substitute(line.text, line.line)
  const url = reading.uris.resolve(uri)
  if (url === null) reading.log.add('syntax', line.line, null, 'the URI cannot be resolved', 'error')
  draft.discontinuities += pending.discontinuities
  draft.segments.push({
    uri,
    url,
    line: line.line,
    // Both are offsets until the end, see numberSegments.
    msn: draft.segments.length,
    dsn: draft.discontinuities,
    ...pending.info,
    ...rangeOf(uri, pending, draft, reading),
    map: draft.map,
    keys: draft.keys.keys,
    gap: pending.gap,
    bitrateKbps: pending.byteRange ? null : draft.bitrateKbps,
    programDateTime: pending.dateMs === null ? null : { ms: pending.dateMs, given: true },
    discontinuity: pending.discontinuities > 0,
    cues: pending.cues,
    parts: pending.parts,
  })
  draft.keys.closeBlock()
  draft.pending = emptyPending()
}

/** A range without offset goes on where the last sub-range of the same URI ended; behind one that cannot be read, neither can it. */
function rangeOf(
  uri: string,
  { byteRange }: PendingSegment,
  { lastRanges }: MediaDraft,
  reading: PlaylistReading,
): Pick<SegmentDraft, 'byteRange' | 'badByteRangeLine'> {
  if (!byteRange) return { byteRange: null, badByteRangeLine: null }
  const { line, value } = byteRange
  const range = value && placed(value, line, lastRanges.get(uri), reading)
  lastRanges.set(uri, range)
  return { byteRange: range, badByteRangeLine: range ? null : line }
}

function placed(
  { length, offset }: NonNullable<NonNullable<PendingSegment['byteRange']>['value']>,
  line: number,
  before: ByteRange | null | undefined,
  reading: PlaylistReading,
): ByteRange | null {
  if (offset === null && !before) {
    reading.log.add('range-without-offset', line, '#EXT-X-BYTERANGE', 'no earlier range of this URI to go on from')
    if (before === null) return null
  }
  const range = { offset: offset ?? (before ? before.offset + before.length : 0), length }
  if (Number.isSafeInteger(range.offset + range.length)) return range
  reading.log.add('syntax', line, '#EXT-X-BYTERANGE', 'it ends beyond 2^53 bytes', 'error')
  return null
}

function reportLeftovers({ pending }: MediaDraft, reading: PlaylistReading): void {
  if (!pending.info) return
  reading.log.add('syntax', pending.infoLine, '#EXTINF', 'no URI follows', 'error')
}

/**
 * Only now, because EXT-X-SKIP and EXT-X-MEDIA-SEQUENCE come in any order. Numbers so great that two segments would share one are
 * lowered: keys and resumed downloads count on each having its own.
 */
function numberSegments({ segments, wide, discontinuities }: MediaDraft): void {
  const greatest = Number.MAX_SAFE_INTEGER - segments.length
  wide.mediaSequence = Math.min(wide.mediaSequence, greatest)
  wide.discontinuitySequence = Math.min(wide.discontinuitySequence, Number.MAX_SAFE_INTEGER - discontinuities)
  if (wide.skipped) {
    wide.skipped = { ...wide.skipped, count: Math.min(wide.skipped.count, greatest - wide.mediaSequence) }
  }
  const first = wide.mediaSequence + (wide.skipped?.count ?? 0)
  for (const segment of segments) {
    segment.msn += first
    segment.dsn += wide.discontinuitySequence
  }
}

/** Dates of segments that have none: onwards from the last one given, and backwards from the first (RFC 8216bis §4.4.4.6). */
function dateSegments(segments: readonly SegmentDraft[]): void {
  let nextMs: number | null = null
  for (const segment of segments) {
    if (segment.programDateTime) nextMs = segment.programDateTime.ms
    else if (nextMs !== null) segment.programDateTime = { ms: Math.round(nextMs), given: false }
    if (nextMs !== null) nextMs += segment.durationSec * 1000
  }
  const firstDated = segments.findIndex((segment) => segment.programDateTime)
  let startMs: number = segments[firstDated]?.programDateTime?.ms ?? 0
  for (const segment of segments.slice(0, Math.max(firstDated, 0)).toReversed()) {
    startMs -= segment.durationSec * 1000
    segment.programDateTime = { ms: Math.round(startMs), given: false }
  }
}

function finished(draft: MediaDraft, reading: PlaylistReading): MediaPlaylist {
  const playlist = {
    kind: 'media',
    ...draft.head,
    ...draft.wide,
    defines: reading.variables.values,
    dateRanges: draft.dateRanges.list,
    segments: draft.segments,
    partsAhead: draft.pending.parts,
    preloadHints: draft.preloadHints,
    renditionReports: draft.renditionReports,
  } as const
  checkMediaPlaylist(playlist, reading)
  return { ...playlist, violations: reading.log.violations, droppedViolations: reading.log.dropped }
}
