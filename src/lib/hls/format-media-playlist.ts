import { attributes, decimal, integer, quoted, uri } from './format-value.ts'
import { PlaylistFormatError } from './playlist-format-error.ts'

/** A media playlist as we serve it (RFC 8216bis §4.4.3). */
export interface MediaPlaylistToWrite {
  /** EXT-X-TARGETDURATION: whole seconds; no EXTINF, rounded, may be longer. See `targetDurationOf`. */
  readonly targetDurationSec: number
  /** EXT-X-MEDIA-SEQUENCE: number of the first segment; 0 when absent. */
  readonly mediaSequence?: number
  /** EXT-X-DISCONTINUITY-SEQUENCE; 0 when absent. */
  readonly discontinuitySequence?: number
  /** `event`: lines are only appended. `vod`: never changes. Absent: live, may slide. */
  readonly type?: 'event' | 'vod'
  /** EXT-X-START: where players begin; negative counts from the end. */
  readonly startOffsetSec?: number
  /** EXT-X-INDEPENDENT-SEGMENTS: every segment can be decoded without another. */
  readonly independentSegments?: boolean
  /** EXT-X-MAP of the first segment; fMP4 and WebVTT-in-MP4 only. */
  readonly initUri?: string
  readonly segments: readonly SegmentToWrite[]
  /** EXT-X-ENDLIST: nothing more comes. */
  readonly ended: boolean
}

/** A media segment as we serve it (RFC 8216bis §4.4.4). */
export interface SegmentToWrite {
  readonly uri: string
  /** EXTINF, written with six digits. */
  readonly durationSec: number
  /** The init segment changes here and for what follows. */
  readonly initUri?: string
  readonly discontinuity?: boolean
  /** EXT-X-GAP: known to be absent, not to be fetched. */
  readonly gap?: boolean
}

/**
 * Text of a media playlist, UTF-8 without BOM, lines ended by LF.
 * EXT-X-VERSION is the lowest that holds (§7), except for the customary 7 of fMP4.
 * Throws PlaylistFormatError for a URI or number that would break the text,
 * and for a segment longer than the target duration, at which browsers refuse the whole stream.
 */
export function formatMediaPlaylist(playlist: MediaPlaylistToWrite): string {
  const lines = header(playlist)
  let initUri = playlist.initUri
  if (initUri !== undefined) lines.push(map(initUri))
  for (const segment of playlist.segments) {
    if (segment.discontinuity) lines.push('#EXT-X-DISCONTINUITY')
    if (segment.initUri !== undefined && segment.initUri !== initUri) {
      initUri = segment.initUri
      lines.push(map(initUri))
    }
    if (segment.gap) lines.push('#EXT-X-GAP')
    lines.push(extinf(segment.durationSec, playlist.targetDurationSec), uri(segment.uri))
  }
  if (playlist.ended) lines.push('#EXT-X-ENDLIST')
  return `${lines.join('\n')}\n`
}

/** The smallest EXT-X-TARGETDURATION that no segment exceeds even without rounding; at least 1. */
export function targetDurationOf(durationsSec: Iterable<number>): number {
  let longest = 1
  for (const durationSec of durationsSec) longest = Math.max(longest, durationSec)
  return Math.ceil(longest)
}

function header(playlist: MediaPlaylistToWrite): string[] {
  const { mediaSequence = 0, discontinuitySequence = 0, type, startOffsetSec } = playlist
  const hasMap = playlist.initUri !== undefined || playlist.segments.some((segment) => segment.initUri !== undefined)
  const lines = [
    '#EXTM3U',
    // Decimal EXTINF needs 3, EXT-X-MAP 6; for fMP4 players are used to 7.
    `#EXT-X-VERSION:${hasMap ? 7 : 3}`,
    `#EXT-X-TARGETDURATION:${integer(playlist.targetDurationSec)}`,
    `#EXT-X-MEDIA-SEQUENCE:${integer(mediaSequence)}`,
  ]
  if (discontinuitySequence > 0) lines.push(`#EXT-X-DISCONTINUITY-SEQUENCE:${integer(discontinuitySequence)}`)
  if (type !== undefined) lines.push(`#EXT-X-PLAYLIST-TYPE:${type === 'vod' ? 'VOD' : 'EVENT'}`)
  if (playlist.independentSegments) lines.push('#EXT-X-INDEPENDENT-SEGMENTS')
  if (startOffsetSec !== undefined) lines.push(`#EXT-X-START:${attributes([['TIME-OFFSET', offset(startOffsetSec)]])}`)
  return lines
}

function map(initUri: string): string {
  return `#EXT-X-MAP:${attributes([['URI', quoted(uri(initUri))]])}`
}

function extinf(durationSec: number, targetDurationSec: number): string {
  const text = decimal(durationSec, 6)
  if (Math.round(Number(text)) > targetDurationSec) {
    throw new PlaylistFormatError(`a segment longer than the target duration ${targetDurationSec}`, durationSec)
  }
  return `#EXTINF:${text},`
}

/** A signed-decimal-floating-point; whole numbers stay whole. */
function offset(offsetSec: number): string {
  return `${offsetSec < 0 ? '-' : ''}${decimal(Math.abs(offsetSec), Number.isInteger(offsetSec) ? 0 : 3)}`
}
