const DATE_TIME =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,20}))?\s*(?:([Zz])|([+-])(\d\d)(?::?(\d\d))?)?$/

/** Milliseconds since 1970 (whole) of an ISO 8601 date and time, with `Z`, `+01:00`, `+0100`, `+01`, or without zone = UTC. Null when it is none. */
export function parseDateTime(text: string): { readonly ms: number; readonly hasZone: boolean } | null {
  const match = DATE_TIME.exec(text)
  if (!match) return null
  const [, year, month, day, hour, minute, second, fraction = '', zulu, sign, zoneHour, zoneMinute = '0'] = match
  const midnight = Date.UTC(Number(year), Number(month) - 1, Number(day))
  // Date.UTC rolls over: 31 February becomes March.
  if (new Date(midnight).getUTCDate() !== Number(day) || Number(month) > 12) return null
  if (Number(hour) > 24 || Number(minute) > 59 || Number(second) > 60) return null
  const timeMs = ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000
  const zoneMinutes = zoneHour === undefined ? 0 : Number(`${sign}1`) * (Number(zoneHour) * 60 + Number(zoneMinute))
  const fractionMs = Math.floor(Number(`0.${fraction || '0'}`) * 1000 + 1e-6)
  return { ms: midnight + timeMs + fractionMs - zoneMinutes * 60_000, hasZone: Boolean(zulu ?? zoneHour) }
}
