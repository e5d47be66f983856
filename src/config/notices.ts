import type { Sources } from './env.ts'
import { type Reading, valuesOf } from './read-settings.ts'
import { FURTHER_BOT_NUMBERS, SETTINGS } from './settings.ts'

/** Remarks on settings that are valid but hardly meant. */
export function findNotices({ dotenv }: Sources, readings: readonly Reading[]): string[] {
  const values = valuesOf(readings)
  const isSet = new Set(readings.filter(({ text }) => text !== '').map(({ name }) => name))
  return [
    ...Object.keys(dotenv).flatMap((name) => misspelled(name)),
    ...FURTHER_BOT_NUMBERS.filter((number) => isSet.has(`CHAT_ID_${number}`) && !isSet.has(`BOT_TOKEN_${number}`)).map(
      (number) => `CHAT_ID_${number} has no effect without BOT_TOKEN_${number}.`,
    ),
    ...(values.FORCE_HTTPS && !values.PUBLIC_DOMAIN ? ['FORCE_HTTPS has no effect without PUBLIC_DOMAIN.'] : []),
    ...(values.PLAYBACK_ACCESS === 'open' && values.PUBLIC_DOMAIN
      ? ['PLAYBACK_ACCESS=open: everyone on the internet who knows the id of a video can watch it.']
      : []),
  ]
}

function misspelled(name: string): string[] {
  if (Object.hasOwn(SETTINGS, name) || /^(BOT_TOKEN_|CHAT_ID_|MULTI_TOKEN)\d+$/.test(name)) return []
  const meant = Object.keys(SETTINGS).find((known) => editDistance(known, name.toUpperCase()) <= 2)
  return meant ? [`${name} in .env is no setting; did you mean ${meant}?`] : []
}

/** Letters to insert, drop, replace or swap to turn one word into the other (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      const swapped =
        a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(beforeLast, j - 2) + 1 : Number.POSITIVE_INFINITY
      row.push(Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + same, swapped))
    }
    beforeLast = last
    last = row
  }
  return at(last, b.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY
}
