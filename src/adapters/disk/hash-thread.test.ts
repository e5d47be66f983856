import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { HashThread } from './hash-thread.ts'

const hashes = new HashThread()

function bytesIn(buffer: ArrayBufferLike): Uint8Array {
  return new Uint8Array(buffer).map((_, index) => (index * 31) & 0xff)
}

function expected(bytes: readonly Uint8Array[]): string {
  return createHash('sha256').update(Buffer.concat(bytes)).digest('hex')
}

describe('HashThread', () => {
  const shared = new Uint8Array(new SharedArrayBuffer(300_000))
  shared.set(bytesIn(new ArrayBuffer(300_000)))
  const own = bytesIn(new ArrayBuffer(5000))

  it('agrees with node:crypto on shared memory, on own memory, on views and mixtures of both', async () => {
    const cases = [
      [],
      [own],
      [shared],
      [own, shared],
      [own.subarray(7, 99), shared.subarray(1, 200_001), own.subarray(4000), shared.subarray(299_999)],
      [shared.subarray(0, 100)],
    ]
    const answers = await Promise.all(cases.map((bytes) => hashes.sha256(bytes)))
    expect(answers).toEqual(cases.map(expected))
  })

  it('answers each question of many at once with its own hash', async () => {
    const cases = Array.from({ length: 50 }, (_, index) => [shared.subarray(index, 100_000 + index * 1000)])
    expect(await Promise.all(cases.map((bytes) => hashes.sha256(bytes)))).toEqual(cases.map(expected))
  })

  it('answers no otherwise when it was prepared, once or twice', async () => {
    const prepared = new HashThread()
    prepared.prepare()
    prepared.prepare()
    expect(await prepared.sha256([shared])).toBe(expected([shared]))
    prepared.prepare()
    expect(await prepared.sha256([shared, own])).toBe(expected([shared, own]))
  })
})
