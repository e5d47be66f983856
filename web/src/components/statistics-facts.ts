import type { Statistics } from '../../../src/surfaces/http/contract/video.ts'
import { formatBytes } from '../lib/format.ts'
import { t } from '../strings/strings.ts'

/** The statistics of an ingest, ready to be shown. */
export function statisticsFacts(statistics: Statistics): [name: string, value: string][] {
  const { segments, copiedSegments, reencodedSegments, totalBytes, averageBytes, largestBytes } = statistics
  const share = (count: number) => `${count} (${t.common.percent(segments === 0 ? 0 : (count / segments) * 100)})`
  return [
    [t.video.facts.segments, String(segments)],
    [t.video.facts.copied, share(copiedSegments)],
    [t.video.facts.encoded, share(reencodedSegments)],
    [t.video.facts.stored, formatBytes(totalBytes)],
    [t.video.facts.average, formatBytes(averageBytes)],
    [t.video.facts.largest, formatBytes(largestBytes)],
    [t.video.facts.cut, `${statistics.segmentDurationSec.toFixed(1)} s`],
    [t.video.facts.packs, String(statistics.packs)],
    [t.video.facts.took, `${statistics.elapsedSec.toFixed(1)} s`],
  ]
}
