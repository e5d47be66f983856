import type { IngestPlan } from '#domain/ingest-plan.ts'

/** By so much of all packs, and of one, the film may turn out larger than planned, which says a little too much anyway. */
const ERROR_OF_ALL = 0.001
const ERROR_OF_ONE = 0.03
/** A shorter pack is hardly worth a message of its own; a longer one is hardly there sooner than a full one. */
const SHORTEST_SHARE = 0.25
const LONGEST_SHARE = 0.75
/** Of so many packs one more is no more than a tenth more. */
const MANY_PACKS = 10

/**
 * How large the first pack becomes: what the last one would be if all others were full. So the store has something to do
 * sooner, and what it does with the first pack alone ends sooner, for no pack more; or for one, where that is little.
 */
export function firstPackBytes(filmBytes: number | null, maxBytes: number): number {
  if (filmBytes === null || !Number.isFinite(filmBytes)) return maxBytes
  const packs = filmBytes / maxBytes
  const least = Math.ceil(packs)
  const rest = packs * (1 + ERROR_OF_ALL) + ERROR_OF_ONE - (least - 1)
  if (least < 2 || (rest > LONGEST_SHARE && least < MANY_PACKS)) return maxBytes
  return Math.ceil(maxBytes * (rest > LONGEST_SHARE ? SHORTEST_SHARE : Math.max(SHORTEST_SHARE, rest)))
}

/** What the packs of a film will hold, about; null where nobody knows, since an encoder is still to make it. */
export function filmBytesOf({ tracks, durationSec }: Pick<IngestPlan, 'tracks' | 'durationSec'>): number | null {
  if (tracks.some(({ kind, action }) => kind === 'video' && action !== 'copy')) return null
  return (tracks.reduce((sum, { averageBandwidth }) => sum + averageBandwidth, 0) / 8) * durationSec
}
