import { describe, expect, it } from 'vitest'
import { count, formatBar, formatBytes, formatDuration } from './format-values.ts'

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [1_440_000, '1.4 MB'],
    [14_440_000, '14.4 MB'],
    [999_600_000, '1.0 GB'],
    [2.3e15, '2.3 PB'],
  ])('%d is %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text))
})

describe('formatDuration', () => {
  it.each([
    [0, '0:00'],
    [72, '1:12'],
    [3723, '1:02:03'],
  ])('%d s is %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text))
})

it('draws a bar of the same width whatever the percent', () => {
  for (let percent = -5; percent <= 105; percent++) expect(formatBar(percent, 20)).toHaveLength(20)
})

it('says one video and two videos', () => {
  expect([count(0, 'video'), count(1, 'video'), count(2, 'video')]).toEqual(['0 videos', '1 video', '2 videos'])
})
