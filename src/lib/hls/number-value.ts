/** A decimal-integer (RFC 8216bis §4.2): 0 to 2^53 - 1, larger ones clamped, fractions cut off; null when it is no number. */
export function parseInteger(text: string, report: (fault: string) => void): number | null {
  if (!/^\d{1,15}$/.test(text)) report('is not a plain integer')
  const value = Math.trunc(Number(/^\s*([+-]?\d+)(?:\.\d*)?\s*$/.exec(text)?.[1] ?? Number.NaN))
  if (Number.isNaN(value)) return null
  return Math.min(Math.max(value, 0), Number.MAX_SAFE_INTEGER)
}

/** A signed-decimal-floating-point, within ±2^53; null when it is no number. */
export function parseDecimal(text: string, report: (fault: string) => void): number | null {
  if (!/^-?\d+(?:\.\d+)?$/.test(text)) report('is not a plain decimal number')
  const value = Number.parseFloat(text)
  if (Number.isNaN(value)) return null
  return Math.min(Math.max(value, -Number.MAX_SAFE_INTEGER), Number.MAX_SAFE_INTEGER)
}
