/** Value of EXTINF (RFC 8216bis §4.4.4.1). */
export interface ExtinfValue {
  /** 0 for what is negative or no number. */
  readonly durationSec: number
  readonly title: string
  /** What stands between duration and comma. */
  readonly inlineAttributes: string
}

/** Longer than a year is a slip or an attack on sums. */
const MAX_DURATION_SEC = 366 * 86_400

/** Reads `9.009,Title`, `9`, and `-1 tvg-id="a,b",Title` of IPTV lists. Faults are reported. */
export function parseExtinf(text: string, report: (fault: string) => void): ExtinfValue {
  const number = /^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?=[\s,]|$)/.exec(text)?.[0]
  if (number === undefined) report('the duration is not a number')
  const rest = text.slice(number?.length ?? 0)
  const comma = firstCommaOutsideQuotes(rest)
  const durationSec = Number(number ?? 0)
  if (durationSec < 0) report('the duration is negative')
  return {
    durationSec: Math.min(Math.max(durationSec, 0), MAX_DURATION_SEC),
    title: comma === -1 ? '' : rest.slice(comma + 1).trim(),
    inlineAttributes: (comma === -1 ? rest : rest.slice(0, comma)).trim(),
  }
}

function firstCommaOutsideQuotes(text: string): number {
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '"') quoted = !quoted
    else if (text[at] === ',' && !quoted) return at
  }
  return text.indexOf(',')
}
