import type { DownloadGap } from '#domain/download.ts'
import type { RecordedSegment } from '#domain/recording.ts'

/** What is missing in what was recorded; neighbours that are missing for the same reason are one gap. */
export function downloadGaps(segments: ReadonlyMap<string, readonly RecordedSegment[]>): DownloadGap[] {
  return [...segments].flatMap(([rendition, list]) => gapsOf(rendition, list))
}

function gapsOf(rendition: string, segments: readonly RecordedSegment[]): DownloadGap[] {
  const gaps: DownloadGap[] = []
  let startSec = 0
  for (const [index, { msn, durationSec, gap }] of segments.entries()) {
    const open = gaps.at(-1)
    if (gap !== null && open && segments[index - 1]?.gap === gap && open.msn + open.count === msn) {
      gaps[gaps.length - 1] = { ...open, count: open.count + 1, durationSec: open.durationSec + durationSec }
    } else if (gap !== null) gaps.push({ rendition, msn, count: 1, startSec, durationSec, why: gap })
    startSec += durationSec
  }
  return gaps
}
