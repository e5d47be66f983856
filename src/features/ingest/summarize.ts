import type { Catalog } from '#domain/catalog.ts'
import type { VideoId } from '#domain/ids.ts'
import type { IngestPlan } from '#domain/ingest-plan.ts'
import type { IngestStatistics, Segment, Track } from '#domain/video.ts'

export interface IngestSummary {
  readonly durationSec: number
  readonly statistics: IngestStatistics
}

/** What came out: the real length, the statistics, and each track's real bit rates. */
export async function summarize(
  videoId: VideoId,
  plan: IngestPlan,
  catalog: Catalog,
  elapsedSec: number,
): Promise<IngestSummary> {
  const tracks = (await catalog.tracks(videoId)).filter(({ kind }) => kind !== 'subtitles')
  const all: Segment[] = []
  let main: { track: Track; segments: readonly Segment[] } | null = null
  for (const track of tracks) {
    const segments = (await catalog.segments(track.id)).filter(({ index }) => index !== 'init')
    await catalog.updateTrack(track.id, bandwidthOf(segments, plan.targetDurationSec))
    all.push(...segments)
    main ??= { track, segments }
  }
  const packs = await catalog.packs(videoId)
  const durationSec = Math.max(0, ...all.map(({ startSec, durationSec }) => startSec + durationSec))
  return { durationSec, statistics: statisticsOf(main, all, packs.length, elapsedSec) }
}

function statisticsOf(
  main: { readonly track: Track; readonly segments: readonly Segment[] } | null,
  all: readonly Segment[],
  packs: number,
  elapsedSec: number,
): IngestStatistics {
  const segments = main?.segments ?? []
  const reencoded = main?.track.action === 'encode' ? segments.length : segments.filter((each) => each.reencoded).length
  const sizes = all.map(({ byteLength }) => byteLength)
  const totalBytes = sizes.reduce((sum, size) => sum + size, 0)
  return {
    segmentDurationSec: median(segments.map(({ durationSec }) => durationSec)),
    segments: segments.length,
    copiedSegments: segments.length - reencoded,
    reencodedSegments: reencoded,
    totalBytes,
    averageBytes: Math.round(totalBytes / Math.max(1, sizes.length)),
    largestBytes: Math.max(0, ...sizes),
    packs,
    elapsedSec,
  }
}

/** Peak and average segment bit rate (RFC 8216 §4.3.4.2): runs of 0.5 to 1.5 target durations count for the peak. */
function bandwidthOf(segments: readonly Segment[], targetDurationSec: number) {
  const long = segments.filter(({ durationSec }) => durationSec >= targetDurationSec / 2)
  const rates = (long.length > 0 ? long : segments).map(({ byteLength, durationSec }) => (byteLength * 8) / durationSec)
  const bits = segments.reduce((sum, { byteLength }) => sum + byteLength * 8, 0)
  const seconds = segments.reduce((sum, { durationSec }) => sum + durationSec, 0)
  return {
    bandwidth: Math.ceil(Math.max(1, ...rates)),
    averageBandwidth: Math.ceil(seconds > 0 ? bits / seconds : 1),
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
