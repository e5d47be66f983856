import { read } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import type { BytePlace, RandomAccess } from '#lib/containers/random-access.ts'

export interface RandomAccessFile extends RandomAccess, AsyncDisposable {}

/** Opens a file of this machine for reading anywhere in it. Closing it waits for what is being read. */
export async function openRandomAccess(path: string): Promise<RandomAccessFile> {
  const handle = await open(path)
  const { size } = await handle.stat()
  const running = new Set<Promise<unknown>>()
  return {
    size,
    read: (offset, length, into) => readPlace(handle, clamped({ offset, length }, size), into),
    async readMany(places) {
      const reading = readPlaces(
        handle,
        places.map((place) => clamped(place, size)),
      )
      running.add(reading)
      try {
        return await reading
      } finally {
        running.delete(reading)
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(running)
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

/** Keeps the threads that read busy; more would only make the other work of the program wait behind them. */
const READS_IN_FLIGHT = 16

/**
 * Thousands of reads of some hundred bytes: a promise for each costs more than the read (measured with 5,000: 14 µs of a
 * processor with promises, 6 µs without).
 */
async function readPlaces(handle: FileHandle, places: readonly BytePlace[]): Promise<readonly Uint8Array[]> {
  const memory = Buffer.allocUnsafeSlow(places.reduce((sum, { length }) => sum + length, 0))
  let end = 0
  const targets = places.map(({ length }) => {
    end += length
    return memory.subarray(end - length, end)
  })
  const lengths = await readInto(handle.fd, places, targets)
  return Promise.all(
    places.map((place, index) => {
      const target = targets[index] as Uint8Array
      return lengths[index] === place.length ? target : readPlace(handle, place, target)
    }),
  )
}

/** How many bytes each read gave at the first attempt. Settles when nothing is under way any more. */
function readInto(fd: number, places: readonly BytePlace[], targets: readonly Uint8Array[]): Promise<number[]> {
  const { promise, resolve, reject } = Promise.withResolvers<number[]>()
  const lengths: number[] = []
  let [next, underWay, failure] = [0, 0, null as Error | null]
  const goOn = (): void => {
    while (failure === null && underWay < READS_IN_FLIGHT && next < places.length) start(next++)
    if (underWay > 0) return
    if (failure === null) resolve(lengths)
    else reject(failure)
  }
  const start = (index: number): void => {
    const [target, { offset, length }] = [targets[index] as Uint8Array, places[index] as BytePlace]
    underWay++
    read(fd, target, 0, length, offset, (error, bytesRead) => {
      underWay--
      lengths[index] = bytesRead
      failure ??= error
      goOn()
    })
  }
  goOn()
  return promise
}
