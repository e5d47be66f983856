import type { MovieTrack } from './read-movie.ts'

/** Reads that lie nearer to each other than this become one. */
const GAP_BYTES = 64 * 1024
const READ_BYTES = 8 * 2 ** 20

/** Consecutive samples of one track. */
export interface SampleRun {
  readonly track: MovieTrack
  readonly first: number
  /** Behind the last one. */
  end: number
}

/** One read of the file and what is in it. */
export interface PlannedRead {
  readonly start: number
  end: number
  /** Per track in decode order; several of one track where it is stored out of order. */
  readonly runs: SampleRun[]
}

/**
 * Reads that fetch all samples of some runs: in the order of the file, near ones merged, none of more than 8 MiB unless a
 * single sample is larger. A track stored out of decode order gets reads of its own, so that its samples still come in
 * decode order.
 */
export function planReads(runs: readonly SampleRun[]): PlannedRead[] {
  const ordered = runs.filter(isInFileOrder)
  const disordered = runs.filter((run) => !isInFileOrder(run))
  return [...merged(inFileOrder(ordered)), ...disordered.flatMap((run) => merged(extentsOf(run)))]
}

interface Extent {
  readonly track: MovieTrack
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

function extentsOf({ track, first, end }: SampleRun): Extent[] {
  const { offset, size } = track.samples
  return Array.from({ length: end - first }, (_, position) => {
    const index = first + position
    const start = offset[index] ?? 0
    return { track, index, start, end: start + (size[index] ?? 0) }
  })
}

/** Array sorting is stable, so samples without bytes stay in decode order. */
function inFileOrder(runs: readonly SampleRun[]): Extent[] {
  return runs.flatMap(extentsOf).sort((a, b) => a.start - b.start)
}

function merged(extents: readonly Extent[]): PlannedRead[] {
  const reads: PlannedRead[] = []
  for (const extent of extents) {
    const last = reads.at(-1)
    const fits = last !== undefined && extent.start >= last.start && extent.start <= last.end + GAP_BYTES
    if (fits && Math.max(extent.end, last.end) - last.start <= READ_BYTES) add(last, extent)
    else reads.push({ start: extent.start, end: extent.end, runs: [runOf(extent)] })
  }
  return reads
}

function add(read: PlannedRead, extent: Extent): void {
  read.end = Math.max(read.end, extent.end)
  const run = read.runs.findLast((one) => one.track === extent.track)
  if (run !== undefined && run.end === extent.index) run.end++
  else read.runs.push(runOf(extent))
}

function runOf({ track, index }: Extent): SampleRun {
  return { track, first: index, end: index + 1 }
}
