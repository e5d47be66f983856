/**
 * How many pictures a decoder must hold back to show these in order: the least number by which decode times have to lag
 * behind the times in order. `times` are presentation times in decode order, beginning with a key frame.
 */
export function reorderDepth(times: readonly number[]): number {
  const ranks = new Map(times.toSorted((a, b) => a - b).map((time, rank) => [time, rank]))
  return times.reduce((depth, time, index) => Math.max(depth, index - (ranks.get(time) ?? index)), 0)
}
