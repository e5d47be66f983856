import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FeedRing } from './feed-ring.ts'

describe('FeedRing', () => {
  it('gives a returning reader exactly what it missed, or says that it cannot', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 }), fc.nat(30), fc.nat(30), (capacity, total, seen) => {
        const ring = new FeedRing('r', capacity)
        const sent = Array.from({ length: total }, (_, index) => ring.add(`m${index + 1}`))
        const missed = ring.since(`r.${seen}`)
        const isKnown = seen <= total && total - seen <= capacity
        expect(missed).toEqual(isKnown ? sent.slice(seen) : null)
      }),
    )
  })

  it.each([undefined, '', 'r', 'r.', 'r.x', 'r.-1', 'other.1', 'r.1.5', 'r.99'])('knows nothing of %j', (id) => {
    const ring = new FeedRing('r', 2)
    for (const text of ['a', 'b', 'c', 'd']) ring.add(text)
    expect(ring.since(id)).toBeNull()
  })
})
