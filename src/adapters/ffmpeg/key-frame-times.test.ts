import { afterAll, describe, expect, it } from 'vitest'
import { InvalidInputError } from '#domain/errors.ts'
import { packetsOf } from './cut.test-support.ts'
import { keyFrameTimes } from './key-frame-times.ts'
import { ffmpeg, H264, picture, testFolder } from './media.test-support.ts'

const folder = await testFolder()
afterAll(() => folder[Symbol.asyncDispose]())
const even = (count: number, stepSec: number) =>
  Array.from({ length: count }, (_, index) => 100.04 + (index + 1) * stepSec)

describe('keyFrameTimes', () => {
  it('is a list as long as that fits into an argument', () => {
    expect(keyFrameTimes([6, 12.5])).toBe('5.999500,12.499500')
    expect(keyFrameTimes(even(9000, 6)).split(',')).toHaveLength(9000)
  })

  it('is an expression for more, when they are even', async () => {
    const times = keyFrameTimes(even(40_000, 1.2))
    expect(times).toMatch(/^expr:/)
    const path = folder.file('forced.mp4')
    await ffmpeg(
      ...picture({ seconds: 5 }),
      ...H264,
      '-g',
      '1000',
      '-sc_threshold',
      '0',
      '-force_key_frames',
      times,
      path,
    )
    const keys = (await packetsOf(path)).filter(({ isKey }) => isKey).map(({ ptsSec }) => ptsSec)
    expect(keys).toEqual([0, 1.2, 2.4, 3.6, 4.8])
  })

  it('refuses what it cannot say', () => {
    expect(() => keyFrameTimes([...even(40_000, 1.2), 99_999_999])).toThrow(InvalidInputError)
  })
})
