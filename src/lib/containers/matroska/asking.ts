import type { BytePlace, RandomAccess } from '../random-access.ts'

/**
 * A reader that asks for bytes and goes on when it has them. What it makes of them is the same whether it is alone or one
 * of thousands whose questions are answered together, and between two questions nothing waits.
 */
export type Asking<T> = Generator<BytePlace, T, Uint8Array>

/** Answers one reader. Rejects with what it throws, or what reading the file rejects with. */
export async function answered<T>(file: RandomAccess, asking: Asking<T>): Promise<T> {
  let step = asking.next()
  while (!step.done) step = asking.next(await file.read(step.value.offset, step.value.length))
  return step.value
}

/** So many readers hold their windows at a time. */
const TOGETHER = 256

/** Answers many readers, all of a group at once, one question of each after another. Rejects with the first failure. */
export async function answeredTogether<T>(file: RandomAccess, askings: readonly Asking<T>[]): Promise<T[]> {
  const results: T[] = []
  for (let first = 0; first < askings.length; first += TOGETHER) {
    results.push(...(await answeredGroup(file, askings.slice(first, first + TOGETHER))))
  }
  return results
}

async function answeredGroup<T>(file: RandomAccess, askings: readonly Asking<T>[]): Promise<T[]> {
  const results: T[] = []
  const ask = (step: IteratorResult<BytePlace, T>, index: number, places: BytePlace[], waiting: number[]): void => {
    if (step.done) results[index] = step.value
    else {
      places.push(step.value)
      waiting.push(index)
    }
  }
  let [places, waiting]: [BytePlace[], number[]] = [[], []]
  for (const [index, asking] of askings.entries()) ask(asking.next(), index, places, waiting)
  while (places.length > 0) {
    const answers = await readMany(file, places)
    const answeredNow = waiting
    ;[places, waiting] = [[], []]
    for (const [position, index] of answeredNow.entries()) {
      ask((askings[index] as Asking<T>).next(answers[position] as Uint8Array), index, places, waiting)
    }
  }
  return results
}

const CONCURRENT_READS = 8

async function readMany(file: RandomAccess, places: readonly BytePlace[]): Promise<readonly Uint8Array[]> {
  if (file.readMany !== undefined) return file.readMany(places)
  const results: Uint8Array[] = []
  for (let first = 0; first < places.length; first += CONCURRENT_READS) {
    const some = places.slice(first, first + CONCURRENT_READS)
    results.push(...(await Promise.all(some.map(({ offset, length }) => file.read(offset, length)))))
  }
  return results
}
