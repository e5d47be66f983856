import type { LiveWishes } from '#domain/download.ts'
import type { RecordedSegment } from '#domain/recording.ts'
import { fromEdge } from './live-edge.ts'
import { Periods } from './periods.ts'
import type { PlaylistFeed } from './playlist-feed.ts'
import { type ListedSegment, segmentOf } from './snapshot.ts'
import { uriPath } from './uri-path.ts'

/** Where the counting of periods begins, for all renditions: at the earliest segment, or where an earlier run left off. */
export function firstPeriods(
  feeds: readonly PlaylistFeed[],
  recorded: ReadonlyMap<string, readonly RecordedSegment[]>,
  from: LiveWishes['from'],
): Periods {
  const last = Math.max(-1, ...[...recorded.values()].map((segments) => segments.at(-1)?.period ?? -1))
  for (const { id, snapshot } of feeds) {
    for (const { msn, period, uriPath: path } of (recorded.get(id) ?? []).toReversed()) {
      const listed = segmentOf(snapshot, msn)
      if (listed && uriPath(listed.url) === path) return new Periods(listed.dsn, period, last)
    }
  }
  const begins = feeds.flatMap(({ snapshot }) => {
    const segments: readonly ListedSegment[] =
      from === 'edge' ? fromEdge(snapshot, snapshot.segments) : snapshot.segments
    return segments[0] ? [segments[0].dsn] : []
  })
  const firstDsn = begins.length === 0 ? 0 : Math.min(...begins)
  return new Periods(firstDsn, last + 1)
}
