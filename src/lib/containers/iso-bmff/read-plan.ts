import type { MovieTrack } from './read-movie.ts'

/** Reads that lie nearer to each other than this become one. */
const GAP_BYTES = 64 * 1024
export const READ_BYTES = 8 * 2 ** 20

/** Consecutive samples of one track inside one window. */
export interface SampleRun {
  readonly track: MovieTrack
  readonly windowIndex: number
  readonly first: number
  /** Behind the last one. */
  readonly end: number
}

/** One read of the file and what is in it. */
export interface PlannedRead {
  readonly start: number
  end: number
  /** Those of one track in decode order. */
  readonly runs: SampleRun[]
}

/**
 * Reads that fetch all samples of some windows: as far as possible in the order of the file, near ones merged also over the
 * border between two windows, none of more than 8 MiB unless a single sample is larger. The samples of each track come in
 * decode order; a track stored in another order gets reads of its own for that.
 */
export function* planReads(windows: Iterable<readonly SampleRun[]>): Generator<PlannedRead> {
  let open: PlannedRead | null = null
  for (const runs of windows) {
    const disordered = runs.filter((run) => !isInFileOrder(run))
    const ordered = runs.filter((run) => !disordered.includes(run))
    open = yield* mergedInto(open, inFileOrder(ordered))
    for (const run of disordered) {
      if (open !== null) yield open
      open = yield* mergedInto(null, extentsOf(run))
    }
  }
  if (open !== null) yield open
}

interface Extent {
  readonly run: SampleRun
  readonly index: number
  readonly start: number
  readonly end: number
}

function isInFileOrder({ track: { samples }, first, end }: SampleRun): boolean {
  for (let index = first + 1; index < end; index++) {
    if ((samples.offset[index] ?? 0) < (samples.offset[index - 1] ?? 0)) return false
  }
  return true
}

function extentsOf(run: SampleRun): Extent[] {
  const { offset, size } = run.track.samples
  return Array.from({ length: run.end - run.first }, (_, position) => {
    const index = run.first + position
    const start = offset[index] ?? 0
    return { run, index, start, end: start + (size[index] ?? 0) }
  })
}

/** Array sorting is stable, so samples without bytes stay in decode order. */
function inFileOrder(runs: readonly SampleRun[]): Extent[] {
  return runs.flatMap(extentsOf).sort((a, b) => a.start - b.start)
}

/** Yields reads as they become complete; returns the one that the next window may still go on with. */
function* mergedInto(
  begun: PlannedRead | null,
  extents: readonly Extent[],
): Generator<PlannedRead, PlannedRead | null> {
  let open = begun
  for (const extent of extents) {
    if (open !== null && fits(open, extent)) {
      add(open, extent)
      continue
    }
    if (open !== null) yield open
    open = { start: extent.start, end: extent.end, runs: [partOf(extent)] }
  }
  return open
}

function fits(read: PlannedRead, { start, end }: Extent): boolean {
  return start >= read.start && start <= read.end + GAP_BYTES && Math.max(end, read.end) - read.start <= READ_BYTES
}

function add(read: PlannedRead, extent: Extent): void {
  read.end = Math.max(read.end, extent.end)
  const { track, windowIndex } = extent.run
  const at = read.runs.findLastIndex((one) => one.track === track && one.windowIndex === windowIndex)
  const run = read.runs[at]
  if (run?.end === extent.index) read.runs[at] = { ...run, end: run.end + 1 }
  else read.runs.push(partOf(extent))
}

function partOf({ run, index }: Extent): SampleRun {
  return { ...run, first: index, end: index + 1 }
}
