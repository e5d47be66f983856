import { expect, it } from 'vitest'
import { toLanguageTag } from './language-tag.ts'
import { threeLetterCode } from './three-letter-code.ts'

it.each([
  ['de', 'deu'],
  ['de-AT', 'deu'],
  ['EN', 'eng'],
  ['zh-Hant-TW', 'zho'],
  ['gsw', 'gsw'],
  ['yue-HK', 'yue'],
  ['und', 'und'],
  ['', 'und'],
  ['xx', 'und'],
  ['x-klingon', 'und'],
])('writes %s as %s', (tag, code) => {
  expect(threeLetterCode(tag)).toBe(code)
})

it('knows only codes that mean the same language', () => {
  const letters = 'abcdefghijklmnopqrstuvwxyz'
  const pairs = Array.from(letters).flatMap((one) => Array.from(letters).map((other) => one + other))
  const known = pairs.filter((tag) => threeLetterCode(tag) !== 'und')
  expect(known.length).toBeGreaterThan(175)
  for (const tag of known) expect(Intl.getCanonicalLocales(threeLetterCode(tag))).toEqual([tag])
})

it.each(['de', 'en', 'pt-BR', 'zh-Hans', 'fil', 'ko', 'uk'])('writes %s so that it is read back', (tag) => {
  const [language = ''] = tag.split('-')
  expect(toLanguageTag(threeLetterCode(tag))).toBe(language)
})
