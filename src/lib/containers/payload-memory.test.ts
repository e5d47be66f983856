import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PayloadMemory } from './payload-memory.ts'

describe('memory for payload', () => {
  it('is used again when all lent bytes are back, not before', () => {
    const memory = new PayloadMemory(100)
    const first = memory.take(80)
    memory.lend(first, 50)
    memory.giveBack([first.subarray(0, 20)])
    memory.giveBack([first.subarray(20, 50)])
    expect(memory.take(80).buffer).not.toBe(first.buffer)
    memory.close(first)
    expect(memory.take(80).buffer).toBe(first.buffer)
  })

  it('is not pinned by what would hardly fill it, nor too small for what is large', () => {
    const memory = new PayloadMemory(100)
    expect([10, 49, 101, 5000].map((length) => memory.take(length).buffer.byteLength)).toEqual([10, 49, 101, 5000])
    expect(memory.take(50)).toHaveLength(50)
  })

  it('passes over bytes that it did not lend', () => {
    const memory = new PayloadMemory(100)
    const taken = memory.take(100)
    memory.lend(taken, 100)
    memory.close(taken)
    memory.giveBack([new Uint8Array(100), memory.take(10)])
    expect(memory.take(100).buffer).not.toBe(taken.buffer)
  })

  it('never hands out bytes that somebody still looks at', () => {
    const steps = fc.array(fc.record({ length: fc.integer({ min: 1, max: 100 }), giveBack: fc.boolean() }))
    fc.assert(
      fc.property(steps, (all) => {
        const memory = new PayloadMemory(64)
        const lent: { view: Uint8Array; mark: number }[] = []
        for (const [mark, { length, giveBack }] of all.entries()) {
          const view = memory.take(length).fill(mark)
          memory.lend(view, length)
          memory.close(view)
          lent.push({ view, mark })
          if (giveBack) memory.giveBack([(lent.shift() as { view: Uint8Array }).view])
          for (const one of lent) expect(one.view.every((byte) => byte === (one.mark & 0xff))).toBe(true)
        }
      }),
    )
  })
})
