/**
 * Reads `items` ahead of whoever iterates, until what waits weighs `maxWeight` (one item may be heavier).
 * Order is kept; a failure of the source comes after the items before it; leaving early ends the source.
 */
export async function* ahead<T>(
  items: AsyncIterable<T>,
  { maxWeight, weightOf }: { readonly maxWeight: number; weightOf(item: T): number },
): AsyncGenerator<T> {
  const source = items[Symbol.asyncIterator]()
  const waiting: T[] = []
  let weight = 0
  let ended = false
  let failure: { readonly error: unknown } | null = null
  let wake = Promise.withResolvers<void>()
  const changed = () => {
    wake.resolve()
    wake = Promise.withResolvers()
  }
  const fill = async () => {
    try {
      while (!ended) {
        if (weight > 0 && weight >= maxWeight) {
          await wake.promise
          continue
        }
        const next = await source.next()
        if (next.done) break
        waiting.push(next.value)
        weight += weightOf(next.value)
        changed()
      }
    } catch (error) {
      failure = { error }
    }
    ended = true
    changed()
  }
  const filling = fill()
  try {
    for (;;) {
      const item = waiting.shift()
      if (item !== undefined) {
        weight -= weightOf(item)
        changed()
        yield item
      } else if (ended) break
      else await wake.promise
    }
    if (failure) throw (failure as { error: unknown }).error
  } finally {
    ended = true
    changed()
    // A source stuck in its own read ends by its abort signal; waiting here for it could wait for ever.
    void endAfter(filling, source)
  }
}

async function endAfter(filling: Promise<void>, source: AsyncIterator<unknown>): Promise<void> {
  await filling
  await source.return?.().catch(() => {})
}
