import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addressesIn, guessKind, shortAddress } from './addresses.ts'

describe('what was pasted', () => {
  it.each([
    ['https://a/1', ['https://a/1'], []],
    [' https://a/1\r\nhttp://b/2\n\n', ['https://a/1', 'http://b/2'], []],
    ['https://a/1,https://b/2 https://a/1', ['https://a/1', 'https://b/2'], []],
    ['https://a/1,2', ['https://a/1,2'], []],
    ['<https://a/1>', ['https://a/1'], []],
    ['see file:///etc/passwd', [], ['see', 'file:///etc/passwd']],
    ['https://user:pw@a/', [], ['https://user:pw@a/']],
    ['javascript:alert(1)', [], ['javascript:alert(1)']],
    ['', [], []],
  ])('%j holds %j', (text, addresses, refused) => {
    expect(addressesIn(text)).toEqual({ addresses, refused })
  })

  it('gives nothing but http and https, each once, of any text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        const { addresses } = addressesIn(text)
        expect(addresses.every((each) => /^https?:$/.test(new URL(each).protocol))).toBe(true)
        expect(new Set(addresses).size).toBe(addresses.length)
      }),
    )
  })
})

it.each([
  ['https://a/live/master.M3U8?token=x', 'hls'],
  ['https://a/film.mkv#t=1', 'file'],
  ['https://a/watch?v=film.mp4', 'page'],
  ['https://a/', 'page'],
])('takes %s for a %s', (address, kind) => {
  expect(guessKind(address)).toBe(kind)
})

it.each([
  ['https://a.org/w%C3%A4lder.m3u8?key=secret', 'a.org/wälder.m3u8'],
  ['https://a.org/', 'a.org'],
  ['https://a.org/%E0%A4%A', 'a.org/%E0%A4%A'],
  ['https://a.org/%E2%80%AEgpj.exe', 'a.org/%E2%80%AEgpj.exe'],
  ['https://a.org/a%0Ab', 'a.org/a%0Ab'],
])('shows %s as %s', (address, shown) => {
  expect(shortAddress(address)).toBe(shown)
})
