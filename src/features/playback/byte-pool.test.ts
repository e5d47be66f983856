import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { BytePool } from './byte-pool.ts'

const MiB = 1024 * 1024

describe('BytePool', () => {
  it('uses memory again that came back, for a length that is about the same', () => {
    const pool = new BytePool(10 * MiB)
    const first = pool.take(MiB + 5)
    pool.giveBack(first)
    const second = pool.take(MiB + 9000)
    expect(second.buffer).toBe(first.buffer)
    expect(second.byteLength).toBe(MiB + 9000)
    expect(pool.take(MiB + 5).buffer).not.toBe(first.buffer)
  })

  it('gives small pieces and what will be kept to the byte', () => {
    const pool = new BytePool(10 * MiB)
    const small = pool.take(700)
    expect(small.buffer.byteLength).toBe(700)
    pool.giveBack(small)
    expect(pool.freeBytes).toBe(0)
  })

  it('never gives the same memory to two, and never holds more than it may, whatever comes back', () => {
    const step = fc.record({ length: fc.integer({ min: 1, max: 2 * MiB }), giveBack: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const pool = new BytePool(4 * MiB)
        const taken: Uint8Array[] = []
        for (const { length, giveBack } of steps) {
          const bytes = pool.take(length)
          expect(bytes.byteLength).toBe(length)
          expect(taken.some(({ buffer }) => buffer === bytes.buffer)).toBe(false)
          taken.push(bytes)
          if (giveBack) pool.giveBack(taken.splice(Math.floor(length) % taken.length, 1)[0] as Uint8Array)
          expect(pool.freeBytes).toBeLessThanOrEqual(4 * MiB)
        }
      }),
    )
  })

  it('lets go of everything when nothing comes back for a while', () => {
    vi.useFakeTimers()
    try {
      const pool = new BytePool(10 * MiB)
      pool.giveBack(pool.take(MiB))
      expect(pool.freeBytes).toBe(MiB)
      vi.advanceTimersByTime(4000)
      pool.giveBack(pool.take(MiB))
      vi.advanceTimersByTime(4000)
      expect(pool.freeBytes).toBe(MiB)
      vi.advanceTimersByTime(2000)
      expect(pool.freeBytes).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })
})
