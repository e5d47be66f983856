import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cookieHeader } from './cookie-header.ts'
import { type FileCookie, parseFileCookie } from './file-cookie.ts'

const NOW = Date.UTC(2026, 7, 25)
const LATER = String(NOW / 1000 + 1)

function cookie(line: string): FileCookie {
  const found = parseFileCookie(line.replaceAll(' ', '\t'))
  if (!found) throw new Error(`${line} is no cookie`)
  return found
}
const sent = (lines: readonly string[], url: string) => cookieHeader(lines.map(cookie), new URL(url), NOW)

describe('cookieHeader', () => {
  it.each<[string, string, string, boolean]>([
    ['its own host', 'a.test FALSE / FALSE 0 n v', 'http://a.test/x', true],
    ['its own host, a sub-domain', 'a.test FALSE / FALSE 0 n v', 'http://b.a.test/', false],
    ['a domain', '.a.test TRUE / FALSE 0 n v', 'http://a.test/', true],
    ['a domain, a sub-domain of it', '.a.test TRUE / FALSE 0 n v', 'http://b.c.a.test/', true],
    ['a domain that is written without a dot', 'a.test TRUE / FALSE 0 n v', 'http://b.a.test/', true],
    ['a domain in capitals', '.A.Test TRUE / FALSE 0 n v', 'http://B.a.TEST./', true],
    ['a domain, one that only ends alike', '.a.test TRUE / FALSE 0 n v', 'http://ba.test/', false],
    ['a domain, one that only begins alike', '.a.test TRUE / FALSE 0 n v', 'http://a.test.evil.net/', false],
    ['a domain, another', '.a.test TRUE / FALSE 0 n v', 'http://b.test/', false],
    ['an address', '127.0.0.1 FALSE / FALSE 0 n v', 'http://127.0.0.1:8080/', true],
    ['an address, what looks like a sub-domain of it', '0.0.1 TRUE / FALSE 0 n v', 'http://127.0.0.1/', false],
    ['https', 'a.test FALSE / TRUE 0 n v', 'https://a.test/', true],
    ['https, http', 'a.test FALSE / TRUE 0 n v', 'http://a.test/', false],
    ['a path', 'a.test FALSE /film FALSE 0 n v', 'http://a.test/film', true],
    ['a path, what is under it', 'a.test FALSE /film FALSE 0 n v', 'http://a.test/film/1.ts?x', true],
    ['a path with a slash, what is under it', 'a.test FALSE /film/ FALSE 0 n v', 'http://a.test/film/1.ts', true],
    ['a path, one that begins alike', 'a.test FALSE /film FALSE 0 n v', 'http://a.test/films/1.ts', false],
    ['a path, one above', 'a.test FALSE /film/ FALSE 0 n v', 'http://a.test/', false],
    ['a time to come', `a.test FALSE / FALSE ${LATER} n v`, 'http://a.test/', true],
    ['a time that is over', `a.test FALSE / FALSE ${NOW / 1000} n v`, 'http://a.test/', false],
  ])('of a cookie for %s', (_, line, url, expected) => {
    expect(sent([line], url)).toBe(expected ? 'n=v' : null)
  })

  it('puts the longest path first', () => {
    const lines = ['a.test FALSE / FALSE 0 n 1', 'a.test FALSE /film/ FALSE 0 n 2', 'a.test FALSE /x FALSE 0 n 3']
    expect(sent(lines, 'http://a.test/film/')).toBe('n=2; n=1')
  })

  it('holds only what fits the host, whatever the lines are', () => {
    const label = fc.stringMatching(/^[a-c]{1,2}$/)
    const host = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => `${labels.join('.')}.test`)
    fc.assert(
      fc.property(host, host, fc.boolean(), (domain, asked, subdomains) => {
        const header = sent([`${domain} ${subdomains ? 'TRUE' : 'FALSE'} / FALSE 0 n v`], `http://${asked}/`)
        const fits = asked === domain || (subdomains && asked.endsWith(`.${domain}`))
        expect(header).toBe(fits ? 'n=v' : null)
      }),
    )
  })
})

describe('parseFileCookie', () => {
  it('reads what only servers may see as well', () => {
    const line = '#HttpOnly_.a.test\tTRUE\t/x\tTRUE\t2000000000\tid\ta=b c'
    expect(parseFileCookie(line)).toEqual({
      ...{ domain: 'a.test', withSubdomains: true, path: '/x', secure: true },
      ...{ expiresMs: 2_000_000_000_000, name: 'id', value: 'a=b c' },
    })
  })

  it.each([
    '# Netscape HTTP Cookie File',
    '# telereel-domain: a.test',
    '',
    'a.test TRUE / TRUE 0 n v',
    'a.test\tTRUE\t/\tTRUE\t0\tn',
    'a.test\tTRUE\t/\tTRUE\tsoon\tn\tv',
    'a.test\tTRUE\tx\tTRUE\t0\tn\tv',
    '\tTRUE\t/\tTRUE\t0\tn\tv',
    'a.test\tTRUE\t/\tTRUE\t0\t\tv',
    'a.test\tTRUE\t/\tTRUE\t0\tn\ta; evil=b',
    'a.test\tTRUE\t/\tTRUE\t0\tn\ta\r\nX: b',
    'a.test\tTRUE\t/\tTRUE\t0\tn\t€',
  ])('leaves out what cannot be sent as it is: %j', (line) => {
    expect(parseFileCookie(line)).toBeNull()
  })

  it('takes any bytes without harm', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (line) => {
        const found = parseFileCookie(line)
        expect(found === null || !/[\r\n;]/.test(found.value)).toBe(true)
      }),
    )
  })
})
