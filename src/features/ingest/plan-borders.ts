import type { GroupOfPictures } from '#domain/media-index.ts'

export interface BorderLimits {
  /** Aimed at when the film allows; the cost of a segment grows with its distance from it. */
  readonly targetSec: number
  readonly minSec: number
  readonly maxSec: number
  /** No segment is larger unless a single uncuttable piece is. */
  readonly maxBytes: number
}

export interface PlannedSegment {
  readonly startSec: number
  readonly durationSec: number
  readonly byteLength: number
}

/** What a player prefers; Apple's authoring rules ask for 6 s (7.5). */
export const TARGET_SEGMENT_SEC = 6

/** A short segment is worse than a long one, but better than one over a limit. */
const TOO_SHORT_COST = 50

/**
 * Chooses the cuts: at closed key frames only, near the target, between min and max, none over `maxBytes` unless it is
 * one piece that cannot be cut. Dynamic programming over the pieces: the cheapest way to cover the film exactly once.
 */
export function planBorders(
  gops: readonly GroupOfPictures[],
  startSec: number,
  endSec: number,
  limits: BorderLimits,
): readonly PlannedSegment[] {
  const pieces = uncuttablePieces(gops, startSec, endSec)
  const starts = Float64Array.from([...pieces.map((piece) => piece.startSec), endSec])
  const bytesBefore = new Float64Array(pieces.length + 1)
  for (const [index, piece] of pieces.entries()) bytesBefore[index + 1] = at(bytesBefore, index) + piece.byteLength

  const cuts = cheapestCuts(starts, bytesBefore, limits)
  return cuts.map((first, index) => {
    const next = cuts[index + 1] ?? pieces.length
    return {
      startSec: at(starts, first),
      durationSec: at(starts, next) - at(starts, first),
      byteLength: at(bytesBefore, next) - at(bytesBefore, first),
    }
  })
}

/** Even cuts for what we encode ourselves: a key frame can be anywhere. A short rest joins the last segment. */
export function evenBorders(durationSec: number, { targetSec, minSec, maxSec }: BorderLimits): readonly number[] {
  const length = Math.min(Math.max(targetSec, minSec), maxSec)
  const count = Math.max(1, Math.floor(durationSec / length + 1e-9))
  const restSec = durationSec - count * length
  const joined = restSec < minSec && length + restSec <= maxSec
  return Array.from({ length: joined || restSec <= 0 ? count : count + 1 }, (_, index) => index * length)
}

/** What lies between two closed key frames is cut at open ones when it is longer: too much to load for one seek. */
const LONGEST_PIECE_SEC = 60

/** Groups of pictures, those that do not stand alone joined to the one before. */
function uncuttablePieces(gops: readonly GroupOfPictures[], startSec: number, endSec: number): PlannedSegment[] {
  const pieces = joined(gops, ({ closed }) => closed)
  if (pieces.length === 0) return [{ startSec, byteLength: 0, durationSec: endSec - startSec }]
  const parts = pieces.flatMap((piece, index) => {
    const lengthSec = (pieces[index + 1]?.[0]?.startSec ?? endSec) - (piece[0]?.startSec ?? startSec)
    return lengthSec > LONGEST_PIECE_SEC ? joined(piece, () => true) : [piece]
  })
  return parts.map((part, index) => ({
    startSec: index === 0 ? startSec : (part[0]?.startSec ?? startSec),
    byteLength: part.reduce((sum, gop) => sum + gop.byteLength, 0),
    durationSec: 0,
  }))
}

/** Runs of groups, each of which begins with one that may begin a run and is shown later than the run before. */
function joined(gops: readonly GroupOfPictures[], mayBegin: (gop: GroupOfPictures) => boolean): GroupOfPictures[][] {
  const runs: GroupOfPictures[][] = []
  for (const gop of gops) {
    const open = runs.at(-1)
    if (open && !(mayBegin(gop) && gop.startSec > (open[0]?.startSec ?? 0))) open.push(gop)
    else runs.push([gop])
  }
  return runs
}

/** Indexes of the pieces that begin a segment. */
function cheapestCuts(starts: Float64Array, bytesBefore: Float64Array, limits: BorderLimits): number[] {
  const count = starts.length - 1
  const costs = new Float64Array(count + 1).fill(Number.POSITIVE_INFINITY)
  const cameFrom = new Int32Array(count + 1)
  costs[0] = 0
  for (let first = 0; first < count; first++) {
    const [startSec, startBytes, costBefore] = [at(starts, first), at(bytesBefore, first), at(costs, first)]
    for (let next = first + 1; next <= count; next++) {
      const durationSec = at(starts, next) - startSec
      const tooLarge = durationSec > limits.maxSec || at(bytesBefore, next) - startBytes > limits.maxBytes
      if (tooLarge && next > first + 1) break
      const cost = costBefore + costOf(durationSec, limits)
      if (cost < at(costs, next)) {
        costs[next] = cost
        cameFrom[next] = first
      }
    }
  }
  const cuts: number[] = []
  for (let next = count; next > 0; next = at(cameFrom, next)) cuts.push(at(cameFrom, next))
  return cuts.reverse()
}

function costOf(durationSec: number, { targetSec, minSec }: BorderLimits): number {
  const distance = (durationSec - targetSec) / targetSec
  return distance * distance + (durationSec < minSec ? TOO_SHORT_COST : 0)
}

function at(values: Float64Array | Int32Array, index: number): number {
  return values[index] as number
}
