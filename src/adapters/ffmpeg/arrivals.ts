/**
 * The items of several sources in the order in which they come; each source keeps its own order. All sources are asked at
 * once, none is asked again before its item was taken. A failure of one ends all; leaving early ends all, without
 * waiting for sources that are stuck in a read.
 */
export async function* arrivals<T>(sources: readonly AsyncIterable<T>[]): AsyncGenerator<T> {
  const live = new Set(sources.map((source) => source[Symbol.asyncIterator]()))
  const arrived: Arrival<T>[] = []
  let wake = () => {}
  const ask = (iterator: AsyncIterator<T>) => {
    const put = (arrival: Arrival<T>) => {
      arrived.push(arrival)
      wake()
    }
    iterator.next().then(
      (result) => put({ iterator, result }),
      (error: unknown) => put({ iterator, error }),
    )
  }
  for (const iterator of live) ask(iterator)
  try {
    while (live.size > 0) {
      const arrival = arrived.shift()
      if (arrival === undefined) await new Promise<void>((resolve) => (wake = resolve))
      else if ('error' in arrival) throw arrival.error
      else if (arrival.result.done) live.delete(arrival.iterator)
      else {
        yield arrival.result.value
        ask(arrival.iterator)
      }
    }
  } finally {
    for (const iterator of live) iterator.return?.().catch(() => {})
  }
}

type Arrival<T> =
  | { readonly iterator: AsyncIterator<T>; readonly result: IteratorResult<T> }
  | { readonly iterator: AsyncIterator<T>; readonly error: unknown }
