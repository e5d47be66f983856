import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatSegmentName, parseSegmentName } from './segment-name.ts'

describe('segment names', () => {
  it.each([
    ['v0-init.mp4', { trackName: 'v0', index: 'init', extension: 'mp4' }],
    ['v0-00012.m4s', { trackName: 'v0', index: 12, extension: 'm4s' }],
    ['a1-00000.ts', { trackName: 'a1', index: 0, extension: 'ts' }],
    ['s10-123456.vtt', { trackName: 's10', index: 123_456, extension: 'vtt' }],
  ])('reads %s', (name, expected) => {
    expect(parseSegmentName(name)).toEqual(expected)
  })

  it.each(['', 'v0', 'v00-00001.m4s', 'v0-1.m4s', 'v0-012345.m4s', 'v0-init.m4s', 'v0-00001.mp4', 'x0-00001.m4s'])(
    'does not take %j',
    (name) => expect(parseSegmentName(name)).toBeNull(),
  )

  it('gives every segment exactly one name', () => {
    const anyName = fc.oneof(fc.string(), fc.stringMatching(/^[vas]\d{1,3}-(init|\d{1,8})\.(mp4|m4s|ts|vtt)$/))
    fc.assert(
      fc.property(anyName, (name) => {
        const parsed = parseSegmentName(name)
        if (parsed) expect(formatSegmentName(parsed)).toBe(name)
      }),
    )
  })
})
