import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PayloadMemory } from './payload-memory.ts'

describe('memory for payload', () => {
  it('is used again when all lent bytes are back, not before', () => {
    const memory = new PayloadMemory(1_000_000)
    const first = memory.take(80_000)
    memory.lend(first, 50_000)
    memory.giveBack([first.subarray(0, 20_000)])
    memory.giveBack([first.subarray(20_000, 50_000)])
    expect(memory.take(80_000).buffer).not.toBe(first.buffer)
    memory.close(first)
    expect(memory.take(70_000).buffer).toBe(first.buffer)
  })

  it('is never more than twice what was asked for, and of its own when small or larger than any buffer', () => {
    const memory = new PayloadMemory(1_000_000)
    const takes = fc.integer({ min: 1, max: 2_000_000 })
    fc.assert(
      fc.property(takes, (length) => {
        const taken = memory.take(length)
        expect(taken).toHaveLength(length)
        expect(taken.buffer.byteLength).toBeLessThan(length * 2)
        if (length < 65_536 || length > 1_000_000) expect(taken.buffer.byteLength).toBe(length)
      }),
    )
  })

  it('passes over bytes that it did not lend', () => {
    const memory = new PayloadMemory(1_000_000)
    const taken = memory.take(100_000)
    memory.lend(taken, 100_000)
    memory.close(taken)
    memory.giveBack([new Uint8Array(100_000), memory.take(10)])
    expect(memory.take(100_000).buffer).not.toBe(taken.buffer)
  })

  it('never hands out bytes that somebody still looks at', () => {
    const steps = fc.array(
      fc.record({ length: fc.constantFrom(10, 70_000, 100_000, 140_000, 300_000), giveBack: fc.boolean() }),
    )
    fc.assert(
      fc.property(steps, (all) => {
        const memory = new PayloadMemory(262_144)
        const lent: { view: Uint8Array; mark: number }[] = []
        for (const [mark, { length, giveBack }] of all.entries()) {
          const view = memory.take(length).fill(mark)
          memory.lend(view, length)
          memory.close(view)
          lent.push({ view, mark })
          if (giveBack) memory.giveBack([(lent.shift() as { view: Uint8Array }).view])
          for (const one of lent)
            expect(one.view.at(0) === (one.mark & 0xff) && one.view.at(-1) === (one.mark & 0xff)).toBe(true)
        }
      }),
    )
  })
})
