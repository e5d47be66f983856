import { describe, expect, it } from 'vitest'
import { fixedInitNames, LiveInitNames } from './init-names.ts'
import type { ListedInit, ListedSegment } from './snapshot.ts'

const init = (path: string, more: Partial<ListedInit> = {}): ListedInit => {
  return { url: `https://cdn.example/${path}`, byteRange: null, decryption: null, ...more }
}
const segment = (of: ListedInit) => ({ init: of }) as ListedSegment
const iv = (ivHex: string) => ({ url: 'https://keys.example/k?t=1', ivHex })

describe('names of init sections in a complete stream', () => {
  it.each([
    ['another range', init('i.mp4', { byteRange: { offset: 0, length: 7 } }), init('i.mp4')],
    ['another path', init('a/i.mp4'), init('b/i.mp4')],
    ['another IV', init('i.mp4', { decryption: iv('00') }), init('i.mp4', { decryption: iv('01') })],
    ['encryption', init('i.mp4', { decryption: iv('00') }), init('i.mp4')],
    ['another query in one playlist', init('i.mp4?v=1'), init('i.mp4?v=2')],
    ['another host in one playlist', init('i.mp4'), init('i.mp4', { url: 'https://ads.example/i.mp4' })],
  ])('differ with %s', (_name, a, b) => {
    const names = fixedInitNames([segment(a), segment(b)])
    expect(names.wish(a, 0).key).not.toBe(names.wish(b, 0).key)
  })

  it('stay over new tokens, of the address and of the key', () => {
    const [old, fresh] = [init('i.mp4?t=1', { decryption: iv('00') }), init('i.mp4?t=2', { decryption: iv('00') })]
    expect(fixedInitNames([segment(old)]).wish(old, 0).key).toBe(fixedInitNames([segment(fresh)]).wish(fresh, 0).key)
  })
})

describe('names of init sections in a live stream', () => {
  it('stay over new tokens within a period, and change with the address in the next', () => {
    const names = new LiveInitNames()
    const keys = [
      names.wish(init('i.mp4?t=1'), 0).key,
      names.wish(init('i.mp4?t=2'), 0).key,
      names.wish(init('i.mp4?t=3'), 1).key,
      names.wish(init('i.mp4?t=4'), 1).key,
    ]
    expect(keys[1]).toBe(keys[0])
    expect(keys[2]).not.toBe(keys[0])
    expect(keys[3]).toBe(keys[2])
  })

  it('stay over a discontinuity when the address does', () => {
    const names = new LiveInitNames()
    expect(names.wish(init('i.mp4'), 1).key).toBe(names.wish(init('i.mp4'), 0).key)
  })

  it('differ by query where one playlist lists both', () => {
    const names = new LiveInitNames()
    names.observe([segment(init('i.mp4?v=1')), segment(init('i.mp4?v=2'))])
    expect(names.wish(init('i.mp4?v=1'), 0).key).not.toBe(names.wish(init('i.mp4?v=2'), 0).key)
  })
})
