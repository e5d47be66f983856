import fc from 'fast-check'
import { expect, it } from 'vitest'
import { DownloadOrder } from '../../../../src/surfaces/http/contract/download.ts'
import { faultsIn, NO_WISHES, orderOf } from './order-of.ts'

const FILM = 'https://example.org/film.m3u8'

it('asks for all of the best, into the library, when nothing is said', () => {
  expect(DownloadOrder.parse(orderOf(FILM, NO_WISHES, {}, true))).toMatchObject({
    target: 'library',
    container: 'original',
    quality: 'best',
    subtitles: 'all',
    allowGaps: false,
  })
})

it('sends what was typed as the contract wants it', () => {
  const typed = {
    quality: '720',
    subtitles: 'de, pt-BR',
    minutes: '1.5',
    headers: 'X-A:  b:c \n',
    referer: 'https://a/',
  }
  const order = orderOf(FILM, { ...NO_WISHES, ...typed, quality: '720' }, { formatId: '137', entries: [2] }, false)
  expect(DownloadOrder.parse(order)).toMatchObject({
    quality: 720,
    subtitles: ['de', 'pt-BR'],
    maxDurationSec: 90,
    formatId: '137',
    entries: [2],
    identity: { headers: { 'X-A': 'b:c', Referer: 'https://a/' } },
  })
})

it('names one video by a title, not several', () => {
  const wishes = { ...NO_WISHES, title: ' Film ' }
  expect(orderOf(FILM, wishes, {}, true).title).toBe('Film')
  expect(orderOf(FILM, wishes, {}, false).title).toBeUndefined()
})

it.each([
  ['headers', 'no colon'],
  ['headers', 'Two words: x'],
  ['subtitles', 'de;!'],
  ['audio', '--x'],
  ['cookies', '../x'],
  ['proxy', 'ftp://a'],
  ['minutes', '0'],
  ['minutes', 'soon'],
])('finds fault with %s %j', (name, text) => {
  expect(faultsIn({ ...NO_WISHES, [name]: text })).toHaveLength(1)
})

it('never shows the value of a header that is wrong', () => {
  expect(faultsIn({ ...NO_WISHES, headers: 'My Cookie: secret' }).join()).not.toContain('secret')
})

it('makes an order that the contract takes of whatever has no fault', () => {
  const text = fc.string({ maxLength: 30 })
  fc.assert(
    fc.property(text, text, text, text, text, (headers, subtitles, audio, cookies, minutes) => {
      const wishes = { ...NO_WISHES, headers, subtitles, audio, cookies, minutes }
      if (faultsIn(wishes).length === 0) DownloadOrder.parse(orderOf(FILM, wishes, {}, true))
    }),
  )
})
