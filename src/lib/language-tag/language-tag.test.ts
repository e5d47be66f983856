import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { languageName, toLanguageTag } from './language-tag.ts'

describe('toLanguageTag', () => {
  /** All codes whose bibliographic form differs from the terminological one (ISO 639-2). */
  it.each(
    `alb sqi sq · arm hye hy · baq eus eu · bur mya my · chi zho zh · cze ces cs · dut nld nl · fre fra fr · geo kat ka ·
     ger deu de · gre ell el · ice isl is · mac mkd mk · mao mri mi · may msa ms · per fas fa · rum ron ro · slo slk sk ·
     tib bod bo · wel cym cy`
      .split('·')
      .map((row) => row.trim().split(' ') as [string, string, string]),
  )('%s and %s are %s', (bibliographic, terminological, tag) => {
    expect([toLanguageTag(bibliographic), toLanguageTag(terminological), toLanguageTag(tag)]).toEqual([tag, tag, tag])
  })

  it.each([
    ['eng', 'en'],
    ['ENG', 'en'],
    ['jpn', 'ja'],
    ['nob', 'nb'],
    ['fil', 'fil'],
    ['yue', 'yue'],
    ['iw', 'he'],
    ['pt_BR', 'pt-BR'],
    ['ZH-hant-tw', 'zh-Hant-TW'],
    [' de ', 'de'],
    ['mul', 'mul'],
    ['zxx', 'zxx'],
  ])('%s is %s', (code, tag) => {
    expect(toLanguageTag(code)).toBe(tag)
  })

  it.each([
    '',
    'und',
    'xxx',
    'qaa',
    'English please',
    '???',
    'x',
    '```',
    'e\u0000n',
    'a'.repeat(1000),
    null,
    undefined,
  ])('%j is undetermined', (code) => {
    expect(toLanguageTag(code)).toBe('und')
  })

  it('gives a tag that is its own canonical form, for anything', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z]{2,3}([-_][A-Za-z]{2,4})?$/)), (any) => {
        const tag = toLanguageTag(any)
        expect(Intl.getCanonicalLocales(tag)).toEqual([tag])
        expect(toLanguageTag(tag)).toBe(tag)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('languageName', () => {
  it.each([
    ['de', 'German'],
    ['pt-BR', 'Brazilian Portuguese'],
    ['zh-Hans', 'Simplified Chinese'],
    ['en-XX', 'English'],
    ['mul', 'Multiple languages'],
    ['und', null],
    ['xxx', null],
    ['not a tag', null],
  ])('%s is %s', (tag, name) => {
    expect(languageName(tag)).toBe(name)
  })
})
