import type { Sample } from '#lib/containers/sample.ts'

/**
 * Gives pictures that were encoded anew, in the order of showing, the times of the ones that they stand for: the n-th shown
 * takes the n-th presentation time and the n-th decode time. With as many pictures as before, decode times run on over both
 * joints exactly as they did; with fewer (some could not be decoded) each takes the nearest place. Null with more.
 */
export function retime(
  encoded: readonly Sample[],
  encodedTimescale: number,
  originals: readonly Sample[],
  timescale: number,
): Sample[] | null {
  const spare = originals.length - encoded.length
  if (spare < 0) return null
  const shown = originals.map(({ pts }) => pts).sort((one, other) => one - other)
  let place = -1
  const placed = encoded.map((sample, position) => {
    const pts = (sample.pts * timescale) / encodedTimescale
    // As many places as pictures that are still to come have to stay free.
    while (
      ++place < position + spare &&
      Math.abs((shown[place + 1] ?? 0) - pts) <= Math.abs((shown[place] ?? 0) - pts)
    );
    return { ...sample, dts: originals[place]?.dts ?? 0, pts: shown[place] ?? 0 }
  })
  const lastDuration = originals.at(-1)?.duration ?? 0
  return placed.map((sample, position) => {
    const next = placed[position + 1]
    return { ...sample, duration: next === undefined ? lastDuration : next.dts - sample.dts }
  })
}
