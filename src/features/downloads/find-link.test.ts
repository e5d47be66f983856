import { expect, it } from 'vitest'
import { NO_IDENTITY } from '#domain/download.ts'
import type { Web } from '#domain/web.ts'
import { findLink, webIdentityOf } from './find-link.ts'

it('Secrets of an address belong to its host, and to https where the address does', () => {
  const own = { headers: {}, hosts: ['film.example', 'cdn.example'] }
  const identity = { ...NO_IDENTITY, hosts: ['cdn.example'], cookies: 'mine' }
  const cookies = { name: 'mine', host: 'film.example' }
  expect(webIdentityOf('https://Film.example/a', identity)).toEqual({ ...own, cookies, secretsOverHttpsOnly: true })
  expect(webIdentityOf('http://film.example/a', identity)).toEqual({ ...own, cookies })
})

it.each([
  ['much', '200', 1],
  ['little', '0', 3],
])(
  'a server that asks for %s time is asked again by itself at once or not at all',
  async (_much, retryAfter, looks) => {
    let asked = 0
    const web: Web = {
      open: async ({ url }) => {
        asked++
        const headers = new Map([['retry-after', retryAfter]])
        const body = (async function* () {})()
        const answer = { url, status: 429, headers, contentLength: 0, decoded: false, body }
        return { ...answer, [Symbol.asyncDispose]: async () => {} }
      },
      text: () => Promise.reject(new Error('Nobody asks for that.')),
    }
    const looking = findLink('https://film.example/a.m3u8', NO_IDENTITY, web, new AbortController().signal)
    await expect(looking).rejects.toMatchObject({ status: 429, retryAfterMs: Number(retryAfter) * 1000 })
    expect(asked).toBe(looks)
  },
)
