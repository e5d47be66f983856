import type { ListedSegment } from './snapshot.ts'

/** The period of the next segment of a rendition; to be asked in order. */
export type PeriodRule = (segment: ListedSegment, startSec: number) => number

/**
 * Periods of complete renditions, the first one leading: by the discontinuity sequence where a rendition has as many
 * discontinuities as the first, else (subtitles often have none) by what the first shows at the same time.
 */
export function sharedPeriods(renditions: readonly (readonly ListedSegment[])[]): readonly PeriodRule[] {
  const [main = []] = renditions
  const count = discontinuities(main)
  return renditions.map((segments) => {
    if (discontinuities(segments) !== count) return byTime(main)
    const firstDsn = segments[0]?.dsn ?? 0
    return ({ dsn }) => dsn - firstDsn
  })
}

function discontinuities(segments: readonly ListedSegment[]): number {
  return (segments.at(-1)?.dsn ?? 0) - (segments[0]?.dsn ?? 0)
}

function byTime(main: readonly ListedSegment[]): PeriodRule {
  const starts = periodStarts(main)
  let at = 0
  return ({ durationSec }, startSec) => {
    const middleSec = startSec + durationSec / 2
    while (at + 1 < starts.length && (starts[at + 1]?.startSec ?? 0) <= middleSec) at++
    return starts[at]?.period ?? 0
  }
}

function periodStarts(
  main: readonly ListedSegment[],
): readonly { readonly period: number; readonly startSec: number }[] {
  const starts: { period: number; startSec: number }[] = []
  const firstDsn = main[0]?.dsn ?? 0
  let startSec = 0
  for (const { dsn, durationSec } of main) {
    const period = dsn - firstDsn
    if (starts.at(-1)?.period !== period) starts.push({ period, startSec })
    startSec += durationSec
  }
  return starts
}
