/** One line of a report: what ours costs beside what it costs at best. */
export interface Figure {
  readonly name: string
  readonly ours: string
  /** What it is compared with, and what that costs. */
  readonly limit: string
  readonly ratio: number
  /** Null for figures that only inform. */
  readonly allowed: number | null
}

/** Rounds measured in turns, so that whatever disturbs the machine disturbs both; the ratio is the median of the pairs'. */
export function compared(name: string, { ours, limit, unit, beside, allowed = null }: Comparison): Figure {
  const ratio = median(ours.map((value, round) => value / (limit[round] ?? Number.NaN)))
  return {
    name,
    ours: withUnit(median(ours), unit),
    limit: `${beside} ${withUnit(median(limit), unit)}`.trim(),
    ratio,
    allowed,
  }
}

export interface Comparison {
  readonly ours: readonly number[]
  readonly limit: readonly number[]
  readonly unit: string
  /** What the limit is the cost of. */
  readonly beside: string
  readonly allowed?: number | null
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.ceil((sorted.length - 1) / 2)]]
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2
}

export function withUnit(value: number, unit: string): string {
  return `${value >= 100 ? value.toFixed(0) : value.toPrecision(3)} ${unit}`
}
