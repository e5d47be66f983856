import { MemoryBlobStore } from '#adapters/memory/memory-blob-store.ts'
import type { BlobRef, BlobSource, BlobStore, ReadOptions } from '#domain/blob-store.ts'
import { BlobDamagedError } from '#domain/errors.ts'

interface StoreBelowOptions {
  readonly maxBytes?: number
  readonly wholeReads?: boolean
  /** As a store that must know the hash of what it is about to send. */
  readonly readsTwice?: boolean
}

export interface StoreBelow extends BlobStore {
  /** How long the pieces are that a get gives. */
  pieceBytes: number
  /** What gets were asked for. */
  readonly reads: ReadOptions[]
  /** What was put, as the store was told of it. */
  readonly puts: Pick<BlobSource, 'name' | 'byteLength' | 'sha256'>[]
  /** How many bytes gets gave, and puts took. */
  readonly count: { given: number; taken: number }
  /** What is stored; changing it damages the blob. */
  bytesOf(ref: BlobRef): Buffer
  replace(ref: BlobRef, bytes: Buffer): void
}

/** The memory store, seen from inside: what it was asked, and the bytes that it holds. */
export function openBelow(options: StoreBelowOptions = {}): StoreBelow {
  const { maxBytes = 1_000_000, wholeReads = false, readsTwice = false } = options
  const memory = new MemoryBlobStore(maxBytes)
  const held = new Map<BlobRef, Buffer>()
  const count = { given: 0, taken: 0 }
  const bytesOf = (ref: BlobRef) => held.get(ref) ?? Buffer.alloc(0)
  return {
    limits: { ...memory.limits, wholeReads },
    pieceBytes: 30_000,
    reads: [],
    puts: [],
    count,
    bytesOf,
    replace: (ref, bytes) => held.set(ref, bytes),
    async put(source, signal) {
      this.puts.push(source)
      if (readsTwice) await Array.fromAsync(counted(source, count).open(signal))
      const ref = await memory.put(counted(source, count), signal)
      held.set(ref, Buffer.concat(await Array.fromAsync(await memory.get(ref))))
      return ref
    },
    async get(ref, options = {}) {
      this.reads.push(options)
      const { range, signal } = options
      await memory.get(ref, { ...(signal && { signal }) })
      if (range && range.last >= bytesOf(ref).byteLength) throw new BlobDamagedError('beyond the end')
      return piecesOf(bytesOf(ref).subarray(range?.first, range && range.last + 1), this.pieceBytes, count)
    },
    size: async (ref) => ((await memory.size(ref)) === null ? null : bytesOf(ref).byteLength),
    delete: (ref) => memory.delete(ref),
    list: () => memory.list(),
  }
}

function counted(source: BlobSource, count: { taken: number }): BlobSource {
  return {
    ...source,
    async *open(signal) {
      for await (const bytes of source.open(signal)) {
        count.taken += bytes.byteLength
        yield bytes
      }
    },
  }
}

async function* piecesOf(bytes: Buffer, pieceBytes: number, count: { given: number }): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.byteLength; at += pieceBytes) {
    const piece = Buffer.from(bytes.subarray(at, at + pieceBytes))
    count.given += piece.byteLength
    yield piece
  }
}

/** Bytes that look random and are the same every time. */
export function noise(byteLength: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(byteLength)
  const random = numbersFrom(seed)
  for (let at = 0; at < byteLength; at++) bytes[at] = random(256)
  return bytes
}

/** Numbers from 0 to below the limit that look random and are the same every time (mulberry32). */
export function numbersFrom(seed: number): (limit: number) => number {
  let state = seed
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit)
  }
}

export function sourceOf(bytes: Uint8Array, name = 'film000000000001/0'): BlobSource {
  return {
    name,
    byteLength: bytes.byteLength,
    async *open() {
      for (let from = 0; from < bytes.byteLength; from += 7000) yield bytes.subarray(from, from + 7000)
    },
  }
}

export async function read(store: BlobStore, ref: BlobRef, options: ReadOptions = {}): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(await store.get(ref, options)))
}
