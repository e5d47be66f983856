import { describe, expect, it } from 'vitest'
import { MemoryBlobStore } from '#adapters/memory/memory-blob-store.ts'
import type { BlobStore } from '#domain/blob-store.ts'
import { testBlobStore } from '#test/contracts/blob-store.ts'
import { noise, read, sourceOf } from './store-below.test-support.ts'
import { type BlobMeter, type EndedCall, type MeteredCall, withMetrics } from './with-metrics.ts'

testBlobStore('with metrics', async ({ maxBytes }) => ({
  store: withMetrics(new MemoryBlobStore(maxBytes), new Notes()),
  async [Symbol.asyncDispose]() {},
}))

describe('withMetrics', () => {
  it('tells how many bytes each call moved and how long it took', async () => {
    const { store, notes } = metered()
    const ref = await store.put(sourceOf(noise(40_000)))
    await read(store, ref, { range: { first: 10, last: 20_009 } })
    await store.delete(ref)
    // The clock goes on by 1 ms at every look: at the start, at the first byte, at the end.
    expect(notes.calls).toEqual([
      ['put', { outcome: 'ok', byteLength: 40_000, firstByteMs: null, totalMs: 1 }],
      ['get', { outcome: 'ok', byteLength: 20_000, firstByteMs: 1, totalMs: 2 }],
      ['delete', { outcome: 'ok', byteLength: 0, firstByteMs: null, totalMs: 1 }],
    ])
    expect(notes.inFlight).toBe(0)
  })

  it('has a get in flight until it is read to its end', async () => {
    const { store, notes } = metered()
    const ref = await store.put(sourceOf(noise(40_000)))
    const bytes = (await store.get(ref))[Symbol.asyncIterator]()
    await bytes.next()
    expect(notes.inFlight).toBe(1)
    while (!(await bytes.next()).done) expect(notes.inFlight).toBe(1)
    expect(notes.inFlight).toBe(0)
  })

  it('tells by the code why a call failed, and how much had come by then', async () => {
    const { store, notes } = metered()
    const ref = await store.put(sourceOf(noise(20_000)))
    const stopped = AbortSignal.abort()
    const failures = [
      store.get('memory:nothing'),
      read(store, ref, { range: { first: 0, last: 20_000 } }),
      read(store, ref, { signal: stopped }),
      store.put({ ...sourceOf(noise(1)), byteLength: 30_000_000 }),
      store.put({ ...sourceOf(noise(1)), open: () => broken() }),
      store.put(sourceOf(noise(1)), stopped),
    ]
    expect((await Promise.allSettled(failures)).map(({ status }) => status)).toEqual(failures.map(() => 'rejected'))
    const outcomes = notes.calls.map(([call, { outcome }]) => `${call} ${outcome}`).sort()
    expect(outcomes).toEqual([
      'get blob-damaged',
      'get blob-not-found',
      'get stopped',
      'put blob-too-large',
      'put error',
      'put ok',
      'put stopped',
    ])
    expect(notes.inFlight).toBe(0)
  })

  it('tells a reader who leaves from one who was let down in the middle', async () => {
    const { store, notes } = metered({ breaksAfterBytes: 16_384 })
    const ref = await store.put(sourceOf(noise(40_000)))
    for await (const _chunk of await store.get(ref)) break
    await expect(read(store, ref)).rejects.toThrow('The cable was pulled.')
    const gets = notes.calls.filter(([call]) => call === 'get')
    expect(gets.map(([, { outcome, byteLength }]) => [outcome, byteLength])).toEqual([
      ['left', 16_384],
      ['error', 16_384],
    ])
  })
})

class Notes implements BlobMeter {
  readonly calls: [MeteredCall, EndedCall][] = []
  inFlight = 0

  begun(): void {
    this.inFlight++
  }

  ended(call: MeteredCall, how: EndedCall): void {
    this.inFlight--
    this.calls.push([call, how])
  }
}

async function* broken(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(0)
  throw new Error('The cable was pulled.')
}

function metered({ breaksAfterBytes = Number.POSITIVE_INFINITY } = {}): { store: BlobStore; notes: Notes } {
  const notes = new Notes()
  const memory = new MemoryBlobStore()
  const get = memory.get.bind(memory)
  memory.get = async (ref, options) => upTo(await get(ref, options), breaksAfterBytes)
  let nowMs = 0
  return { store: withMetrics(memory, notes, () => nowMs++), notes }
}

async function* upTo(bytes: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<Uint8Array> {
  let given = 0
  for await (const chunk of bytes) {
    if (given >= most) throw new Error('The cable was pulled.')
    given += chunk.byteLength
    yield chunk
  }
}
