import { ContainerError } from '../container-error.ts'
import type { RandomAccess } from '../random-access.ts'
import type { MatroskaFile } from './matroska-file.ts'
import { walkBlocks } from './walk-blocks.ts'

/** By how many seconds tracks may be apart at one place of a file: what ffmpeg allows its muxers at most. */
export const MAX_INTERLEAVE_SEC = 10

/** How far before the first wanted frame reading begins; further if that was not far enough. */
const LEADS_SEC = [5, 15, 60, 240] as const

/**
 * Offset of a Cluster from which on no frame is missing that a track wants: `wantedSec` says by track number from which
 * container time it does. A few seconds early, so that decode times are those of a reader from the beginning.
 */
export async function startClusterOf(
  file: RandomAccess,
  mkv: MatroskaFile,
  wantedSec: ReadonlyMap<number, number>,
): Promise<number> {
  const first = mkv.firstClusterAt ?? mkv.segmentEnd
  const earliestSec = Math.min(...wantedSec.values())
  for (const leadSec of LEADS_SEC) {
    const at = clusterBefore(mkv, earliestSec - leadSec)
    if (at === null || at <= first) return first
    if (await holdsAll(file, mkv, at, wantedSec)) return at
  }
  return first
}

/** Two cues before that time: a whole group of pictures lies between. */
function clusterBefore(mkv: MatroskaFile, timeSec: number): number | null {
  const ticks = (timeSec * 1e9) / mkv.timestampScaleNs
  const before = (mkv.cues ?? []).filter((cue) => cue.ticks < ticks && cue.clusterAt < mkv.segmentEnd)
  return before.toSorted((a, b) => a.ticks - b.ticks).at(-2)?.clusterAt ?? null
}

const MAX_BLOCKS = 20_000

/** Each track has a frame before the one it wants, or none anywhere near. */
async function holdsAll(
  file: RandomAccess,
  mkv: MatroskaFile,
  clusterAt: number,
  wantedSec: ReadonlyMap<number, number>,
): Promise<boolean> {
  const missing = new Map(wantedSec)
  const enoughSec = Math.max(...wantedSec.values()) + MAX_INTERLEAVE_SEC
  let blocks = 0
  try {
    for await (const block of walkBlocks(file, mkv, clusterAt)) {
      const timeSec = (block.ticks * mkv.timestampScaleNs) / 1e9
      const fromSec = missing.get(block.trackNumber)
      if (fromSec !== undefined && timeSec >= fromSec) return false
      missing.delete(block.trackNumber)
      if (missing.size === 0 || timeSec > enoughSec) return true
      if (++blocks === MAX_BLOCKS) return false
    }
    return true
  } catch (error) {
    // The cue does not point at a Cluster.
    if (error instanceof ContainerError) return false
    throw error
  }
}
