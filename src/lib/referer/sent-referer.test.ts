import { expect, it } from 'vitest'
import { sentReferer } from './sent-referer.ts'

it.each([
  ['https://a.test/film?id=1', 'https://a.test/film?id=1'],
  ['https://A.test', 'https://A.test'],
  ['https://me:secret@a.test/film#at=5', 'https://a.test/film'],
  ['https://a.test/@name', 'https://a.test/@name'],
  ['https://a.test/#', 'https://a.test/'],
  ['no address', 'no address'],
  ['', ''],
])('a Referer of %j is sent as %j', (given, sent) => {
  expect(sentReferer(given)).toBe(sent)
})
