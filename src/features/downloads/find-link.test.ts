import { expect, it } from 'vitest'
import { NO_IDENTITY } from '#domain/download.ts'
import { webIdentityOf } from './find-link.ts'

it('Secrets of an address belong to its host, and to https where the address does', () => {
  const own = { headers: {}, hosts: ['film.example', 'cdn.example'] }
  const identity = { ...NO_IDENTITY, hosts: ['cdn.example'], cookies: 'mine' }
  const cookies = { name: 'mine', host: 'film.example' }
  expect(webIdentityOf('https://Film.example/a', identity)).toEqual({ ...own, cookies, secretsOverHttpsOnly: true })
  expect(webIdentityOf('http://film.example/a', identity)).toEqual({ ...own, cookies })
})
