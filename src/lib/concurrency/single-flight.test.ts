import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SingleFlight } from './single-flight.ts'

/** Runs that end when the test says so, and remember their signals. */
function controlled() {
  const runs: { signal: AbortSignal; resolve: (value: string) => void; reject: (error: Error) => void }[] = []
  const start = (signal: AbortSignal) =>
    new Promise<string>((resolve, reject) => {
      runs.push({ signal, resolve, reject })
    })
  return { runs, start }
}

describe('SingleFlight', () => {
  it('runs once for all who ask at the same time, and again for who comes later', async () => {
    const flights = new SingleFlight<string, string>()
    const { runs, start } = controlled()
    const waiting = Array.from({ length: 50 }, () => flights.run('a', start))
    const other = flights.run('b', start)
    expect(runs).toHaveLength(2)
    runs[0]?.resolve('first')
    runs[1]?.resolve('other')
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['first']))
    await expect(other).resolves.toBe('other')
    expect(flights.size).toBe(0)
    const later = flights.run('a', start)
    runs[2]?.resolve('second')
    await expect(later).resolves.toBe('second')
  })

  it('gives all waiters the same error and remembers nothing of it', async () => {
    const flights = new SingleFlight<string, string>()
    const { runs, start } = controlled()
    const waiting = [flights.run('a', start), flights.run('a', start)]
    runs[0]?.reject(new Error('lost'))
    for (const each of waiting) await expect(each).rejects.toThrow('lost')
    expect(flights.size).toBe(0)
  })

  it('turns a throw before the first await into a rejection', async () => {
    const flights = new SingleFlight<string, string>()
    const start = () => {
      throw new Error('at once')
    }
    await expect(flights.run('a', start)).rejects.toThrow('at once')
    expect(flights.size).toBe(0)
  })

  it('lets a waiter go without stopping the others', async () => {
    const flights = new SingleFlight<string, string>()
    const { runs, start } = controlled()
    const controller = new AbortController()
    const impatient = flights.run('a', start, controller.signal)
    const patient = flights.run('a', start, new AbortController().signal)
    controller.abort(new Error('closed'))
    await expect(impatient).rejects.toThrow('closed')
    expect(runs[0]?.signal.aborted).toBe(false)
    runs[0]?.resolve('done')
    await expect(patient).resolves.toBe('done')
  })

  it('aborts the run when the last waiter has gone, and starts anew for the next', async () => {
    const flights = new SingleFlight<string, string>()
    const { runs, start } = controlled()
    const controllers = [new AbortController(), new AbortController()]
    const waiting = controllers.map((each) => flights.run('a', start, each.signal))
    for (const each of controllers) each.abort(new Error('closed'))
    for (const each of waiting) await expect(each).rejects.toThrow('closed')
    expect(runs[0]?.signal.reason).toEqual(new Error('closed'))
    const next = flights.run('a', start)
    expect(runs).toHaveLength(2)
    runs[0]?.reject(new Error('late end of the first run'))
    await turn()
    expect(flights.size).toBe(1)
    runs[1]?.resolve('fresh')
    await expect(next).resolves.toBe('fresh')
  })

  it('does not abort while somebody without a signal waits', async () => {
    const flights = new SingleFlight<string, string>()
    const { runs, start } = controlled()
    const controller = new AbortController()
    const always = flights.run('a', start)
    const gone = flights.run('a', start, controller.signal)
    controller.abort('closed')
    await expect(gone).rejects.toBe('closed')
    expect(runs[0]?.signal.aborted).toBe(false)
    runs[0]?.resolve('done')
    await expect(always).resolves.toBe('done')
  })

  it('starts nothing for who has aborted already', async () => {
    const flights = new SingleFlight<string, string>()
    const { runs, start } = controlled()
    await expect(flights.run('a', start, AbortSignal.abort('late'))).rejects.toBe('late')
    expect(runs).toHaveLength(0)
  })

  it('leaves a signal alone once the run is over', async () => {
    const flights = new SingleFlight<string, string>()
    const { runs, start } = controlled()
    const controller = new AbortController()
    const done = flights.run('a', start, controller.signal)
    runs[0]?.resolve('done')
    await done
    controller.abort()
    expect(runs[0]?.signal.aborted).toBe(false)
  })

  it('runs at most once at a time for a key and leaves nothing behind, whoever aborts when', async () => {
    const step = fc.record({ key: fc.constantFrom('a', 'b'), after: fc.nat(4), abortAfter: fc.option(fc.nat(4)) })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const flights = new SingleFlight<string, string>()
        const live = new Map<string, number>()
        const start = (key: string) => async (signal: AbortSignal) => {
          live.set(key, (live.get(key) ?? 0) + 1)
          expect(live.get(key)).toBe(1)
          signal.addEventListener('abort', () => live.set(key, 0))
          await turns(3)
          if (!signal.aborted) live.set(key, 0)
          return key
        }
        const clients = steps.map(async ({ key, after, abortAfter }) => {
          const controller = new AbortController()
          await turns(after)
          const value = flights.run(key, start(key), controller.signal).catch((error) => error)
          await turns(abortAfter ?? 0)
          if (abortAfter !== null) controller.abort('stop')
          expect([key, 'stop']).toContain(await value)
        })
        await Promise.all(clients)
        await turns(4)
        expect(flights.size).toBe(0)
      }),
      { numRuns: 100 },
    )
  })
})

async function turns(count: number): Promise<void> {
  for (let n = 0; n < count; n++) await turn()
}
