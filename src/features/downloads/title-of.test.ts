import { expect, it } from 'vitest'
import { titleOf } from './title-of.ts'

it.each([
  ['https://a.org/My.Film_2024.mp4', null, 'My Film 2024'],
  ['https://a.org/the-film/index.m3u8', null, 'the-film'],
  ['https://a.org/%E2%80%AE4pm.exe.mp4', null, '4pm exe'],
  ['https://a.org/x', 'attachment; filename="a\u202egpj.mp4"', 'agpj'],
  ['https://a.org/', null, 'a.org'],
])('calls %s with %j "%s"', (url, disposition, title) => {
  const headers = new Map(disposition === null ? [] : [['content-disposition', disposition]])
  expect(titleOf({ url, headers })).toBe(title)
})
