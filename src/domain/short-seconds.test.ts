import { expect, it } from 'vitest'
import { shortSeconds } from './short-seconds.ts'

it('tells seconds in whole milliseconds, at any depth, and nothing else', () => {
  const value = { durationSec: 30.016333, chapters: [{ startSec: 0.1 + 0.2, endSec: null }], frameRate: 23.976023976 }
  expect(JSON.parse(JSON.stringify(value, shortSeconds))).toEqual({
    durationSec: 30.016,
    chapters: [{ startSec: 0.3, endSec: null }],
    frameRate: 23.976023976,
  })
})
