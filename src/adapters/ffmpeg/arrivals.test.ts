import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { arrivals } from './arrivals.ts'

async function* slowly<T>(items: readonly T[], pauseMs: number): AsyncGenerator<T> {
  for (const item of items) {
    await sleep(pauseMs)
    yield item
  }
}

it('hands on what comes first, whoever it comes from', async () => {
  const told = await Array.fromAsync(arrivals([slowly(['slow'], 50), slowly(['a', 'b', 'c'], 1)]))
  expect(told).toEqual(['a', 'b', 'c', 'slow'])
})

it('loses nothing and keeps the order of each source', async () => {
  const sources = fc.array(fc.array(fc.nat(), { maxLength: 5 }), { maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(sources, async (lists) => {
      const tagged = lists.map((list, source) => list.map((value, position) => ({ source, position, value })))
      const told = await Array.fromAsync(arrivals(tagged.map((list) => slowly(list, 0))))
      for (const [source, list] of tagged.entries()) expect(told.filter((one) => one.source === source)).toEqual(list)
      expect(told).toHaveLength(tagged.flat().length)
    }),
    { numRuns: 30 },
  )
})

it('asks a source for no more before its last item was taken', async () => {
  let asked = 0
  async function* counting() {
    for (;;) yield asked++
  }
  const told = arrivals([counting()])
  await told.next()
  await sleep(5)
  expect(asked).toBe(1)
  await told.return(undefined)
})

it('fails when one fails, and does not wait for one that is stuck', async () => {
  async function* failing(): AsyncGenerator<number> {
    yield 1
    throw new Error('broken')
  }
  async function* stuck(): AsyncGenerator<number> {
    await new Promise(() => {})
  }
  const told = arrivals([stuck(), failing()])
  expect(await told.next()).toEqual({ done: false, value: 1 })
  await expect(told.next()).rejects.toThrow('broken')
})
