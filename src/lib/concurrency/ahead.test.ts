import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ahead } from './ahead.ts'

describe('ahead', () => {
  it('gives every item once, in order, whatever the bound', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 20 })), fc.integer({ min: 1, max: 50 }), async (items, maxWeight) => {
        expect(await Array.fromAsync(ahead(from(items), { maxWeight, weightOf: (n) => n }))).toEqual(items)
      }),
    )
  })

  it('stops reading when what waits is heavy enough', async () => {
    let read = 0
    const counted = (async function* () {
      for (; read < 100; read++) yield read
    })()
    for await (const item of ahead(counted, { maxWeight: 5, weightOf: () => 1 })) {
      await sleep(1)
      expect(read - item).toBeLessThanOrEqual(7)
    }
    expect(read).toBe(100)
  })

  it('hands on the items before a failure, then the failure', async () => {
    const failing = (async function* () {
      yield 1
      throw new Error('broken')
    })()
    const seen: number[] = []
    const all = (async () => {
      for await (const item of ahead(failing, { maxWeight: 10, weightOf: () => 1 })) seen.push(item)
    })()
    await expect(all).rejects.toThrow('broken')
    expect(seen).toEqual([1])
  })

  it('ends the source when the reader leaves early', async () => {
    let ended = false
    const source = (async function* () {
      try {
        for (let n = 0; ; n++) yield n
      } finally {
        ended = true
      }
    })()
    for await (const item of ahead(source, { maxWeight: 3, weightOf: () => 1 })) if (item === 4) break
    await sleep(5)
    expect(ended).toBe(true)
  })
})

async function* from<T>(items: readonly T[]): AsyncGenerator<T> {
  for (const item of items) yield item
}
