import { expect, it } from 'vitest'
import { subtitleLabels } from './subtitle-labels.ts'

const PLAIN = { forced: false, hearingImpaired: false }

it.each([
  ['de', null, { ...PLAIN, language: 'de', title: null }],
  ['pt-BR', 'Português', { ...PLAIN, language: 'pt-BR', title: 'Português' }],
  ['en-nP7-2PuUl7o', 'English - Director', { ...PLAIN, language: 'en', title: 'English - Director' }],
  ['Português (Brasil)', null, { ...PLAIN, language: 'und', title: 'Português (Brasil)' }],
  ['en-forced', null, { ...PLAIN, language: 'en', forced: true, title: null }],
  ['en', 'English [SDH]', { language: 'en', forced: false, hearingImpaired: true, title: 'English [SDH]' }],
  ['en', 'English (auto-generated)', { ...PLAIN, language: 'en', title: 'English (auto-generated)' }],
  ['en-orig', null, { ...PLAIN, language: 'en', title: null }],
  ['de', 'Deutsch (ASR)', { ...PLAIN, language: 'de', title: 'Deutsch (ASR)' }],
  ['en-auto', 'English', { ...PLAIN, language: 'en', title: 'English (auto-generated)' }],
  ['..', '\u202e\n', { ...PLAIN, language: 'und', title: '..' }],
])('subtitles that a site calls %s, %s, are known by what they are', (key, name, labels) => {
  expect(subtitleLabels(key, name)).toEqual(labels)
})
