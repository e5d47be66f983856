import { describe, expect, it } from 'vitest'
import { chooseAudio, chooseSubtitle } from './choose-tracks.ts'

const track = (name: string, language: string, flags: { isDefault?: boolean; forced?: boolean } = {}) => ({
  name,
  language,
  isDefault: false,
  forced: false,
  ...flags,
})

describe('chooseAudio', () => {
  const tracks = [track('a0', 'en'), track('a1', 'de-AT', { isDefault: true }), track('a2', 'fr')]
  it.each([
    ['the language chosen before', 'fr', 'a2'],
    ['a dialect of it', 'de', 'a1'],
    ['the default one when that language is missing', 'ja', 'a1'],
    ['the default one when none was ever chosen', null, 'a1'],
  ])('takes %s', (_what, wanted, name) => {
    expect(chooseAudio(tracks, wanted)?.name).toBe(name)
  })
  it('takes the first when none is the default, and nothing from nothing', () => {
    expect(chooseAudio([track('a0', 'und')], null)?.name).toBe('a0')
    expect(chooseAudio([], 'en')).toBeNull()
  })
})

describe('chooseSubtitle', () => {
  const whole = track('s0', 'en')
  const forced = track('s1', 'en', { forced: true })
  const german = track('s2', 'de', { isDefault: true })
  it.each([
    ['the language chosen before', [whole, forced, german], 'en', 'en', 's0'],
    ['the default one when none was chosen', [whole, forced, german], null, 'en', 's2'],
    ['the forced one of the voice when there is no default', [whole, forced], null, 'en', 's1'],
    ['the forced one also when subtitles are off', [whole, forced, german], 'off', 'en-GB', 's1'],
    ['no forced one of another voice', [whole, forced, german], 'off', 'de', null],
    ['none when the language is missing', [whole, german], 'fr', 'en', null],
    ['none by itself', [whole], null, 'en', null],
  ] as const)('takes %s', (_what, tracks, wanted, audio, name) => {
    expect(chooseSubtitle(tracks, wanted, audio)?.name ?? null).toBe(name)
  })
})
