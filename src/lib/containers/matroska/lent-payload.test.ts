import { setImmediate as laterOn } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PayloadMemory } from '../payload-memory.ts'
import type { RandomAccess } from '../random-access.ts'
import type { WindowBatch } from './batch-builder.ts'
import { cluster, matroska, simpleBlock, trackEntry } from './matroska.test-support.ts'
import { readMatroska } from './read-matroska.ts'
import { readMatroskaSamples } from './read-matroska-samples.ts'

/** A file of which every read takes a turn of its own and goes into the memory of the reader. */
function slowFile(bytes: Uint8Array): RandomAccess {
  return {
    size: bytes.byteLength,
    read: async (offset, length, into) => {
      await laterOn()
      const part = bytes.subarray(offset, offset + length)
      if (into === undefined) return part.slice()
      into.set(part)
      return into.subarray(0, part.byteLength)
    },
  }
}

/** Bytes that are found nowhere else in the film. */
function frameOf(seed: number, byteLength: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(byteLength / 4))
  let state = Math.imul(seed + 1, 0x9e37_79b1)
  for (let at = 0; at < words.length; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    words[at] = state
  }
  return new Uint8Array(words.buffer, 0, byteLength)
}

const CLUSTERS = 24
const FRAME_MS = 40

/** Pictures, large and small, and sound between them: several times as much as the reader holds. */
function film(sizes: readonly number[]) {
  const frames = new Map<number, Uint8Array[]>([
    [1, []],
    [2, []],
  ])
  const block = (track: number, ticks: number, byteLength: number) => {
    const own = frames.get(track) as Uint8Array[]
    own.push(frameOf(own.length * 2 + track, byteLength))
    return simpleBlock({ track, ticks, data: own.at(-1) as Uint8Array })
  }
  const clusters = Array.from({ length: CLUSTERS }, (_, index) =>
    cluster(
      index * sizes.length * FRAME_MS,
      ...sizes.flatMap((size, at) => [block(1, at * FRAME_MS, size), block(2, at * FRAME_MS, 300 + at)]),
    ),
  )
  const tracks = [trackEntry({ codec: 'V_VP9' }), trackEntry({ number: 2, type: 2, codec: 'A_MPEG/L3' })]
  return { bytes: matroska(tracks, ...clusters), frames }
}

/** Takes batches, looks at them much later, and in any order gives them back, made unreadable. */
class SlowConsumer {
  readonly #memory: PayloadMemory
  readonly #frames: ReadonlyMap<number, Uint8Array[]>
  readonly #next = new Map<number, number>()
  #held: { readonly payload: readonly Uint8Array[]; readonly meant: Buffer }[] = []
  wrong = 0

  constructor(memory: PayloadMemory, frames: ReadonlyMap<number, Uint8Array[]>) {
    this.#memory = memory
    this.#frames = frames
  }

  take({ trackId, samples, payload }: WindowBatch): void {
    const first = this.#next.get(trackId) ?? 0
    this.#next.set(trackId, first + samples.length)
    const meant = this.#frames.get(trackId)?.slice(first, first + samples.length) ?? []
    this.#held.push({ payload, meant: Buffer.concat(meant) })
  }

  giveBack(keep: number, pick: number): void {
    while (this.#held.length > keep) {
      const [one] = this.#held.splice(pick % this.#held.length, 1)
      if (one === undefined) return
      if (!Buffer.concat(one.payload).equals(one.meant)) this.wrong++
      for (const piece of one.payload) piece.fill(0xee)
      this.#memory.giveBack(one.payload)
    }
  }

  counts(): number[] {
    return [...this.#frames.keys()].map((track) => this.#next.get(track) ?? 0)
  }
}

/** Sees which memory is handed out. */
class CountedMemory extends PayloadMemory {
  readonly buffers = new Set<ArrayBufferLike>()
  takes = 0

  override take(byteLength: number): Uint8Array {
    const taken = super.take(byteLength)
    this.takes++
    this.buffers.add(taken.buffer)
    return taken
  }
}

describe('payload of Matroska that is lent', () => {
  const mixed = fc.array(fc.oneof(fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: 11_000, max: 400_000 })), {
    minLength: 2,
    maxLength: 6,
  })
  const small = fc.array(fc.integer({ min: 7000, max: 12_000 }), { minLength: 12, maxLength: 16 })
  const borders = Array.from({ length: CLUSTERS * 3 }, (_, index) => index * 0.08 - 0.01)

  it.each([
    ['frames of any size', mixed],
    ['small ones, which are copied', small],
  ])('stays as it was read until it is given back, however late and in whatever order: %s', async (_, sizes) => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.nat(12), fc.nat(5), async (pictures, keep, pick) => {
        const { bytes, frames } = film(pictures)
        const memory = new CountedMemory(1024 * 1024)
        const consumer = new SlowConsumer(memory, frames)
        const file = slowFile(bytes)
        const mkv = await readMatroska(file)
        for await (const batch of readMatroskaSamples(file, mkv, { trackNumbers: [1, 2], borders, memory })) {
          consumer.take(batch)
          await laterOn()
          consumer.giveBack(keep, pick)
        }
        consumer.giveBack(0, pick)
        expect(consumer.wrong).toBe(0)
        expect(consumer.counts()).toEqual([...frames.values()].map(({ length }) => length))
      }),
      { numRuns: 15 },
    )
  })

  it('goes through little memory when it comes back soon', async () => {
    const { bytes, frames } = film([300_000, 150_000, 8000, 200_000, 90_000, 250_000])
    const memory = new CountedMemory(1024 * 1024)
    const consumer = new SlowConsumer(memory, frames)
    const file = slowFile(bytes)
    const mkv = await readMatroska(file)
    for await (const batch of readMatroskaSamples(file, mkv, { trackNumbers: [1, 2], borders, memory })) {
      consumer.take(batch)
      consumer.giveBack(0, 0)
    }
    expect(memory.takes).toBeGreaterThan(20)
    expect(memory.buffers.size).toBeLessThan(memory.takes / 2)
    expect(consumer.wrong).toBe(0)
  })
})
