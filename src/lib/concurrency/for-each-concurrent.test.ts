import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { forEachConcurrent } from './for-each-concurrent.ts'

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n)

describe('forEachConcurrent', () => {
  it.each([1, 3, 100])('works on every item, never more than %i at once', async (limit) => {
    const done: number[] = []
    let running = 0
    let most = 0
    await forEachConcurrent(numbers(20), limit, async (n) => {
      most = Math.max(most, ++running)
      await turn()
      running--
      done.push(n)
    })
    expect(most).toBe(Math.min(limit, 20))
    expect(done.sort((a, b) => a - b)).toEqual(numbers(20))
  })

  it('takes an item only when there is room', async () => {
    let taken = 0
    let done = 0
    async function* items() {
      for (const n of numbers(10)) {
        expect(++taken - done).toBeLessThanOrEqual(3)
        yield n
      }
    }
    await forEachConcurrent(items(), 3, async () => {
      await turn()
      done++
    })
    expect(done).toBe(10)
  })

  it('lets what runs finish after a failure, takes no more, and rejects with the first error', async () => {
    const finished: number[] = []
    const work = async (n: number) => {
      if (n === 1) throw new Error('one')
      await turn()
      await turn()
      finished.push(n)
    }
    await expect(forEachConcurrent(numbers(10), 3, work)).rejects.toThrow('one')
    expect(finished.every((n) => n < 3)).toBe(true)
    expect(finished).toContain(0)
  })

  it('survives work that throws before its first await', async () => {
    const work = () => {
      throw new Error('at once')
    }
    await expect(forEachConcurrent(numbers(3), 2, work)).rejects.toThrow('at once')
  })

  it('lets what runs finish when the items fail', async () => {
    let finished = 0
    function* items() {
      yield 1
      throw new Error('no more')
    }
    const work = async () => {
      await turn()
      finished++
    }
    await expect(forEachConcurrent(items(), 2, work)).rejects.toThrow('no more')
    expect(finished).toBe(1)
  })

  it('closes the items it did not use up', async () => {
    let closed = false
    function* items() {
      try {
        yield* numbers(10)
      } finally {
        closed = true
      }
    }
    const fail = async () => Promise.reject(new Error('x'))
    await expect(forEachConcurrent(items(), 1, fail)).rejects.toThrow('x')
    expect(closed).toBe(true)
  })

  it('takes no more items after an abort and rejects with its reason', async () => {
    const controller = new AbortController()
    const seen: number[] = []
    const work = async (n: number) => {
      seen.push(n)
      if (n === 2) controller.abort(new Error('stop'))
    }
    await expect(forEachConcurrent(numbers(10), 1, work, controller.signal)).rejects.toThrow('stop')
    expect(seen).toEqual([0, 1, 2])
  })
})
