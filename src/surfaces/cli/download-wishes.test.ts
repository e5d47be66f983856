import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InvalidInputError } from '#domain/errors.ts'
import { connectionsOf, downloadRequestOf, entriesOf, identityOf, qualityOf, webAddressOf } from './download-wishes.ts'

const URL_OF_FILM = 'https://example.org/film.m3u8'

describe('what is wished', () => {
  it('is all that there is, in the best quality, into the library, when nothing is said', () => {
    expect(downloadRequestOf(URL_OF_FILM, {})).toEqual({
      url: URL_OF_FILM,
      target: 'library',
      container: 'original',
      choice: { quality: 'best', audioLanguages: [], subtitleLanguages: 'all' },
      identity: { headers: {}, hosts: [] },
      allowGaps: false,
      live: { from: 'start', maxDurationSec: null },
    })
  })

  it.each([
    ['film.mp4', 'mp4'],
    ['film.MKV', 'mkv'],
    ['film.ts', 'original'],
    ['films/', 'original'],
    ['mp4', 'original'],
  ])('is, for %s, the container %s unless one is named', (output, container) => {
    expect(downloadRequestOf(URL_OF_FILM, { output })).toMatchObject({ target: 'file', container })
    expect(downloadRequestOf(URL_OF_FILM, { output, container: 'original' }).container).toBe('original')
  })

  it('takes languages apart', () => {
    const { choice } = downloadRequestOf(URL_OF_FILM, { audioLang: ['de,en', 'pt-BR'], subtitles: 'none' })
    expect(choice).toMatchObject({ audioLanguages: ['de', 'en', 'pt-BR'], subtitleLanguages: 'none' })
    expect(downloadRequestOf(URL_OF_FILM, { subtitles: 'de, en' }).choice.subtitleLanguages).toEqual(['de', 'en'])
    expect(() => downloadRequestOf(URL_OF_FILM, { subtitles: 'de,--exec' })).toThrow(InvalidInputError)
  })

  it.each([
    { container: 'avi' },
    { liveFrom: 'now' },
    { duration: '0' },
    { duration: '-5' },
    { duration: '1e3' },
    { duration: '604801' },
    { subtitles: '' },
    { cookies: '../../etc/passwd' },
    { proxy: 'socks5://127.0.0.1' },
    { alsoTo: ['cdn.example.org/path'] },
  ])('refuses %j', (options) => {
    expect(() => downloadRequestOf(URL_OF_FILM, options)).toThrow(InvalidInputError)
  })
})

describe('an address', () => {
  it.each([
    '-rf',
    '--exec=id',
    '',
    'film.m3u8',
    'file:///etc/passwd',
    'ftp://example.org/',
    'javascript:alert(1)',
    'http:example.org',
    'https://user:secret@example.org/',
    'data:application/x-mpegurl,#EXTM3U',
  ])('is not %j', (text) => {
    expect(() => webAddressOf(text)).toThrow(InvalidInputError)
  })

  it('that holds a password is refused without repeating it', () => {
    expect(() => webAddressOf('https://user:secret@example.org/')).toThrow(/^(?!.*secret)/)
  })
})

describe('quality', () => {
  it.each([
    ['best', 'best'],
    ['audio-only', 'audio-only'],
    ['1080', 1080],
    ['720p', 720],
  ])('%s is %s', (text, quality) => {
    expect(qualityOf(text)).toBe(quality)
  })

  it.each(['', 'Best', '99', '-720', '1080i', '99999', '7 20'])('is not %j', (text) => {
    expect(() => qualityOf(text)).toThrow(InvalidInputError)
  })
})

describe('entries', () => {
  it.each([
    ['1', [1]],
    ['1,3-5', [1, 3, 4, 5]],
    ['5, 2-3 ,3', [2, 3, 5]],
    ['7-7', [7]],
  ])('%s are %j', (text, entries) => {
    expect(entriesOf(text)).toEqual(entries)
  })

  it.each(['', '0', '-3', '3-1', '1,,2', '1-', 'all', '10001', '1-9999', '1;2'])('are not %j', (text) => {
    expect(() => entriesOf(text)).toThrow(InvalidInputError)
  })

  it('come out in order, each once, whatever the text names', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 10_000 }), { minLength: 1, maxLength: 50 }), (numbers) => {
        expect(entriesOf(numbers.join(','))).toEqual(numbers.toSorted((a, b) => a - b))
      }),
    )
  })

  it('never come from text that is neither numbers nor ranges', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (text) => {
        try {
          expect(entriesOf(text).every((entry) => entry >= 1 && entry <= 10_000)).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidInputError)
        }
      }),
    )
  })
})

describe('headers', () => {
  it('go together with cookie, referer and user agent', () => {
    const header = ['Authorization: Bearer a:b', 'X-Empty:', '  X-Spaced  :  two words  ']
    expect(identityOf({ header, cookie: 'a=1', referer: 'https://a/', userAgent: 'UA' }).headers).toEqual({
      Authorization: 'Bearer a:b',
      'X-Empty': '',
      'X-Spaced': 'two words',
      Cookie: 'a=1',
      Referer: 'https://a/',
      'User-Agent': 'UA',
    })
  })

  it.each([
    'no colon',
    ': value',
    'Two words: x',
    'X-A: one\r\nX-B: two',
    'X-A: one\nX-B: two',
    'X-A\r\n: x',
    'X-A: nul\0',
    'X-A: \u2028',
    'Host: inside',
    'Range: bytes=0-',
    'transfer-encoding: chunked',
    'Proxy-Authorization: x',
  ])('are not %j', (line) => {
    expect(() => identityOf({ header: [line] })).toThrow(InvalidInputError)
  })

  it('are refused with line breaks in any of the short options too', () => {
    for (const name of ['cookie', 'referer', 'userAgent'] as const) {
      expect(() => identityOf({ [name]: 'a\r\nX-Evil: 1' })).toThrow(InvalidInputError)
    }
  })

  it('are not given twice, however they are written', () => {
    expect(() => identityOf({ header: ['cookie: a=1'], cookie: 'b=2' })).toThrow(InvalidInputError)
    expect(() => identityOf({ header: ['X-A: 1', 'x-a: 2'] })).toThrow(InvalidInputError)
  })

  it('are never repeated in what is said about them', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 6, maxLength: 40 }), (text) => {
        try {
          const { headers } = identityOf({ header: [`X-A: ${text}\nsecret-${text}`] })
          expect(headers).toEqual({})
        } catch (error) {
          expect(String(error)).not.toContain('secret-')
        }
      }),
    )
  })
})

it.each(['0', '101', '1.5', '-1', 'many', ''])('takes no %j connections', (text) => {
  expect(() => connectionsOf(text)).toThrow(InvalidInputError)
})
