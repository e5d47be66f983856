import { expect, it } from 'vitest'
import { toLanguageTag } from './language-tag.ts'
import { threeLetters } from './three-letters.ts'

it.each(['de', 'en', 'pt-BR', 'zh-Hans', 'fil', 'ko', 'uk'])('writes %s so that it is read back', (tag) => {
  const [language = ''] = tag.split('-')
  expect(toLanguageTag(threeLetters(tag))).toBe(language)
})

it('knows nothing of what is no language', () => {
  expect(['', 'und', 'x', '12'].map(threeLetters)).toEqual(['und', 'und', 'und', 'und'])
})
