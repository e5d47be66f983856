/** For `JSON.stringify`: seconds (`…Sec`) are told in whole milliseconds; further decimals are rounding errors. */
export function shortSeconds(key: string, value: unknown): unknown {
  return key.endsWith('Sec') && typeof value === 'number' ? Math.round(value * 1000) / 1000 : value
}
