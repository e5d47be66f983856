import { checkVersion } from './check-version.ts'
import type { InitSection, MediaPlaylist, MediaSegment } from './media-playlist.ts'
import type { PlaylistReading } from './playlist-reading.ts'

type Unchecked = Omit<MediaPlaylist, 'violations' | 'droppedViolations'>

/** Rules of whole media playlists that their text alone can break. Reports to the log of `reading`. */
export function checkMediaPlaylist(playlist: Unchecked, reading: PlaylistReading): void {
  // fMP4 needs 6, but 7 is what everybody writes.
  checkVersion(playlist.version, playlist.segments.some((segment) => segment.map) ? 7 : 1, reading)
  checkDurations(playlist, reading)
  checkMaps(playlist.segments, reading)
  checkGaps(playlist.segments, reading)
  checkDates(playlist, reading)
}

function checkDurations(playlist: Unchecked, reading: PlaylistReading): void {
  const { segments, targetDurationSec } = playlist
  if (targetDurationSec === null) {
    reading.log.add('target-duration-missing', 1, null, 'EXT-X-TARGETDURATION is missing or unreadable')
  }
  for (const { durationSec, line } of segments) {
    if (targetDurationSec === null || Math.round(durationSec) <= targetDurationSec) continue
    const text = `${durationSec} s are more than the target duration ${targetDurationSec}`
    reading.log.add('segment-longer-than-target', line, '#EXTINF', text)
  }
  checkOddDurations(playlist, reading)
}

function checkOddDurations({ segments, iFramesOnly }: Unchecked, reading: PlaylistReading): void {
  const sorted = segments.map((segment) => segment.durationSec).sort((a, b) => a - b)
  const shortest = iFramesOnly ? 0 : (sorted[Math.floor(sorted.length / 2)] ?? 0) / 4
  for (const [index, { durationSec, line }] of segments.entries()) {
    const isLast = index === segments.length - 1
    if (durationSec === 0) reading.log.add('zero-or-odd-duration', line, '#EXTINF', 'a segment of 0 s')
    else if (durationSec < shortest && !isLast) {
      const text = `${durationSec} s, less than a quarter of the usual`
      reading.log.add('zero-or-odd-duration', line, '#EXTINF', text)
    }
  }
}

function checkMaps(segments: readonly MediaSegment[], reading: PlaylistReading): void {
  let before: InitSection | null | undefined
  for (const { map, discontinuity } of segments) {
    if (before !== undefined && !discontinuity && !sameInit(before, map)) {
      const text = 'the init segment changes without EXT-X-DISCONTINUITY'
      reading.log.add('map-changed-silently', map?.line ?? 1, '#EXT-X-MAP', text)
    }
    before = map
  }
}

function sameInit(a: InitSection | null, b: InitSection | null): boolean {
  if (a === b) return true
  return (
    a?.uri === b?.uri && a?.byteRange?.offset === b?.byteRange?.offset && a?.byteRange?.length === b?.byteRange?.length
  )
}

function checkGaps(segments: readonly MediaSegment[], reading: PlaylistReading): void {
  const gaps = segments.filter((segment) => segment.gap)
  if (gaps[0] === undefined) return
  reading.log.add('gap-segment', gaps[0].line, '#EXT-X-GAP', `${gaps.length} of ${segments.length} segments are gaps`)
}

function checkDates({ segments, dateRanges, type, ended }: Unchecked, reading: PlaylistReading): void {
  const dated = segments.some((segment) => segment.programDateTime)
  if (dateRanges[0] && segments.length > 0 && !dated) {
    const text = 'date ranges without any EXT-X-PROGRAM-DATE-TIME'
    reading.log.add('date-range-invalid', dateRanges[0].line, '#EXT-X-DATERANGE', text)
  }
  if (segments.length > 0 && !dated && type === null && !ended) {
    reading.log.add('date-missing-live', 1, null, 'a live playlist without EXT-X-PROGRAM-DATE-TIME')
  }
  if (dated) checkDateOrder(segments, reading)
}

function checkDateOrder(segments: readonly MediaSegment[], reading: PlaylistReading): void {
  let before: MediaSegment | undefined
  for (const segment of segments) {
    const date = segment.programDateTime
    if (before?.programDateTime && date?.given) {
      const offMs = date.ms - before.programDateTime.ms - before.durationSec * 1000
      if (date.ms < before.programDateTime.ms) {
        reading.log.add('date-backwards', segment.line, '#EXT-X-PROGRAM-DATE-TIME', 'earlier than the segment before')
      } else if (Math.abs(offMs) > 500 && !segment.discontinuity) {
        const text = `${(offMs / 1000).toFixed(3)} s off the durations`
        reading.log.add('date-jump', segment.line, '#EXT-X-PROGRAM-DATE-TIME', text)
      }
    }
    before = segment
  }
}
