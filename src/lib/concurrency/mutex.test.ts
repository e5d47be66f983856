import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Mutex } from './mutex.ts'

describe('Mutex', () => {
  it('lets one at a time through, in order', async () => {
    const mutex = new Mutex()
    const log: string[] = []
    const work = (name: string) =>
      mutex.run(async () => {
        log.push(`${name} in`)
        await turn()
        log.push(`${name} out`)
      })
    await Promise.all([work('a'), work('b'), work('c')])
    expect(log).toEqual(['a in', 'a out', 'b in', 'b out', 'c in', 'c out'])
  })

  it('is free again after a failure', async () => {
    const mutex = new Mutex()
    await expect(mutex.run(() => Promise.reject(new Error('x')))).rejects.toThrow('x')
    await expect(mutex.run(async () => 1)).resolves.toBe(1)
  })

  it('lets one who aborts leave the queue without harm to the others', async () => {
    const mutex = new Mutex()
    const first = await mutex.acquire()
    const controller = new AbortController()
    const second = mutex.acquire(controller.signal)
    const third = mutex.acquire()
    controller.abort(new Error('stop'))
    await expect(second).rejects.toThrow('stop')
    first[Symbol.dispose]()
    using _lock = await third
    await expect(mutex.acquire(AbortSignal.abort(new Error('late')))).rejects.toThrow('late')
  })

  it('takes a second release of the same lock for nothing', async () => {
    const mutex = new Mutex()
    const first = await mutex.acquire()
    const second = mutex.acquire()
    const third = mutex.acquire()
    first[Symbol.dispose]()
    first[Symbol.dispose]()
    let thirdIn = false
    void third.then(() => {
      thirdIn = true
    })
    using _lock = await second
    await turn()
    expect(thirdIn).toBe(false)
  })

  it('never lets two in, whoever aborts when', async () => {
    const step = fc.record({ abortAfter: fc.option(fc.nat(6), { nil: null }), turns: fc.nat(3) })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const mutex = new Mutex()
        let inside = 0
        const runs = steps.map(async ({ abortAfter, turns }) => {
          const controller = new AbortController()
          const work = async () => {
            expect(++inside).toBe(1)
            for (let n = 0; n < turns; n++) await turn()
            inside--
          }
          const run = mutex.run(work, controller.signal).catch((error) => {
            if (error !== 'stop') throw error
          })
          for (let n = 0; n < (abortAfter ?? 0); n++) await turn()
          if (abortAfter !== null) controller.abort('stop')
          await run
        })
        await Promise.all(runs)
        await mutex.run(async () => expect(inside).toBe(0))
      }),
      { numRuns: 100 },
    )
  })
})
