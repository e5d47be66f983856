import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inMemory } from '../iso-bmff/media.test-support.ts'
import { type Asking, answered, answeredTogether } from './asking.ts'

const bytes = Uint8Array.from({ length: 256 }, (_, index) => (index * 37 + 11) & 255)

/** Goes where the bytes send it, so many times. */
function* wander(start: number, times: number): Asking<number[]> {
  const met: number[] = []
  for (let at = start; met.length < times; ) {
    const [byte = 0] = yield { offset: at, length: 1 }
    met.push(byte)
    at = byte
  }
  return met
}

/** With reads of many places, which begin late and end in any order for whoever counts on it. */
function manyAtOnce() {
  const file = inMemory(bytes)
  const asked: number[] = []
  const readMany = async (places: readonly { offset: number; length: number }[]) => {
    asked.push(places.length)
    return Promise.all(places.map(({ offset, length }) => file.read(offset, length)))
  }
  return { ...file, readMany, asked }
}

describe('readers that are answered together', () => {
  it('find what each finds alone, in their order', async () => {
    const walks = fc.array(fc.tuple(fc.nat(255), fc.nat(9)), { maxLength: 600 })
    await fc.assert(
      fc.asyncProperty(walks, fc.boolean(), async (list, isMany) => {
        const file = isMany ? manyAtOnce() : inMemory(bytes)
        const alone = await Promise.all(list.map(([start, times]) => answered(file, wander(start, times))))
        expect(
          await answeredTogether(
            file,
            list.map(([start, times]) => wander(start, times)),
          ),
        ).toEqual(alone)
      }),
      { numRuns: 40 },
    )
  })

  it('ask in rounds of some hundred places, those that have ended no more', async () => {
    const file = manyAtOnce()
    await answeredTogether(
      file,
      Array.from({ length: 300 }, (_, index) => wander(index & 255, index % 3)),
    )
    expect(Math.max(...file.asked)).toBeLessThanOrEqual(256)
    expect(file.asked).toHaveLength(4)
    expect(file.asked.reduce((sum, count) => sum + count, 0)).toBe(300)
  })

  it('fail with the first that does', async () => {
    const failing = function* (): Asking<number[]> {
      yield { offset: 0, length: 1 }
      throw new RangeError('here')
    }
    const all = [wander(1, 5), failing(), wander(2, 5)]
    await expect(answeredTogether(manyAtOnce(), all)).rejects.toThrow('here')
  })
})
