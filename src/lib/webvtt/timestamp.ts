const TIMESTAMP = /^(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,9}))?$/

/**
 * Whole milliseconds of `[h:]mm:ss[.fff]`, comma or point, any number of decimals (more than three are cut off).
 * Covers SubRip, WebVTT and ASS. Null when it is none.
 */
export function parseTimestamp(text: string): number | null {
  const match = TIMESTAMP.exec(text)
  if (!match) return null
  const [, hours = '0', minutes, seconds, fraction = ''] = match
  const sec = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)
  return sec * 1000 + Number(fraction.slice(0, 3).padEnd(3, '0'))
}

/** Start and end of a line `start --> end rest`; null when it is none. */
export function parseTimingLine(line: string): { startMs: number; endMs: number; rest: string } | null {
  const match = /^\s*([\d:.,]{1,24})\s*-->\s*([\d:.,]{1,24})(?:\s+(.*))?$/.exec(line)
  const startMs = parseTimestamp(match?.[1] ?? '')
  const endMs = parseTimestamp(match?.[2] ?? '')
  return startMs === null || endMs === null ? null : { startMs, endMs, rest: match?.[3]?.trim() ?? '' }
}

/** `hh:mm:ss.mmm` (WebVTT) or with a comma (SubRip); negative times become 0, hours may have more digits. */
export function formatTimestamp(ms: number, point: '.' | ',' = '.'): string {
  const whole = Math.max(0, Math.round(ms))
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0')
  const clock = `${two(whole / 3_600_000)}:${two((whole / 60_000) % 60)}:${two((whole / 1000) % 60)}`
  return `${clock}${point}${String(whole % 1000).padStart(3, '0')}`
}
