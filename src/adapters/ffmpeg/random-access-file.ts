import { read, readSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'
import type { BytePlace, RandomAccess } from '#lib/containers/random-access.ts'

export interface RandomAccessFile extends RandomAccess, AsyncDisposable {}

/**
 * Opens a file of this machine for reading anywhere in it. Closing it waits for what is being read. A small read that takes
 * longer than `slowReadMs` did not come from memory.
 */
export async function openRandomAccess(path: string, slowReadMs = SLOW_READ_MS): Promise<RandomAccessFile> {
  const handle = await open(path)
  const { size } = await handle.stat()
  const many = new ManyReads(handle, slowReadMs)
  return {
    size,
    read: (offset, length, into) => readPlace(handle, clamped({ offset, length }, size), into),
    readMany: (places) => many.read(places.map((place) => clamped(place, size))),
    async [Symbol.asyncDispose]() {
      await many.settled()
      await handle.close()
    },
  }
}

function clamped({ offset, length }: BytePlace, size: number): BytePlace {
  return { offset, length: Math.max(0, Math.min(length, size - offset)) }
}

async function readPlace(handle: FileHandle, { offset, length }: BytePlace, into?: Uint8Array): Promise<Uint8Array> {
  const bytes = into?.subarray(0, length) ?? Buffer.allocUnsafeSlow(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, offset + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return bytes.subarray(0, filled)
}

/** From memory a read takes some 2 µs, from a disk 100 µs and more. */
const SLOW_READ_MS = 0.5

/** Few among many are the system's doing, which gave the processor to another program; more are a disk or a network. */
const SLOW_READS_ALLOWED = 3
const SLOW_SHARE_ALLOWED = 0.005

/** Keeps the threads that read busy; more would only make the other work of the program wait behind them. */
const READS_IN_FLIGHT = 16

/**
 * Thousands of reads of some hundred bytes. A file that has just arrived is in memory: reading it here costs a fifth of
 * what asking another thread does (measured with 5,000 reads: 2 µs of a processor; 6 µs with threads, 14 µs with a promise
 * for each). Whoever turns out to be slow is read by threads from then on, so that the program never waits for a disk more
 * than some times.
 */
class ManyReads {
  readonly #handle: FileHandle
  readonly #slowReadMs: number
  readonly #running = new Set<Promise<unknown>>()
  #readsHere = 0
  #slowReads = 0

  constructor(handle: FileHandle, slowReadMs: number) {
    this.#handle = handle
    this.#slowReadMs = slowReadMs
  }

  async read(places: readonly BytePlace[]): Promise<readonly Uint8Array[]> {
    const reading = this.#readPlaces(places)
    this.#running.add(reading)
    try {
      return await reading
    } finally {
      this.#running.delete(reading)
    }
  }

  async settled(): Promise<void> {
    await Promise.allSettled(this.#running)
  }

  async #readPlaces(places: readonly BytePlace[]): Promise<readonly Uint8Array[]> {
    const memory = Buffer.allocUnsafeSlow(places.reduce((sum, { length }) => sum + length, 0))
    let end = 0
    const targets = places.map(({ length }) => {
      end += length
      return memory.subarray(end - length, end)
    })
    const lengths = this.#readHere(places, targets)
    // Nothing above has waited: others have their turn now.
    await setImmediate()
    await this.#readElsewhere(places, targets, lengths)
    const isWhole = places.every(({ length }, index) => lengths[index] === length)
    return isWhole ? targets : Promise.all(places.map((place, at) => readPlace(this.#handle, place, targets[at])))
  }

  /** How many bytes each read gave, up to the one by which the file proved slow. */
  #readHere(places: readonly BytePlace[], targets: readonly Uint8Array[]): number[] {
    const lengths: number[] = []
    let since = performance.now()
    while (!this.#isSlow() && lengths.length < places.length) {
      const [target, place] = [targets[lengths.length] as Uint8Array, places[lengths.length] as BytePlace]
      lengths.push(readSync(this.#handle.fd, target, 0, place.length, place.offset))
      const now = performance.now()
      this.#readsHere++
      if (now - since > this.#slowReadMs) this.#slowReads++
      since = now
    }
    return lengths
  }

  #isSlow(): boolean {
    return this.#slowReads >= SLOW_READS_ALLOWED + SLOW_SHARE_ALLOWED * this.#readsHere
  }

  /** Those that `lengths` does not know yet. Settles when nothing is under way any more. */
  #readElsewhere(places: readonly BytePlace[], targets: readonly Uint8Array[], lengths: number[]): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    let [next, underWay, failure] = [lengths.length, 0, null as Error | null]
    const goOn = (): void => {
      while (failure === null && underWay < READS_IN_FLIGHT && next < places.length) start(next++)
      if (underWay > 0) return
      if (failure === null) resolve()
      else reject(failure)
    }
    const start = (index: number): void => {
      const [target, { offset, length }] = [targets[index] as Uint8Array, places[index] as BytePlace]
      underWay++
      read(this.#handle.fd, target, 0, length, offset, (error, bytesRead) => {
        underWay--
        lengths[index] = bytesRead
        failure ??= error
        goOn()
      })
    }
    goOn()
    return promise
  }
}
