/**
 * Runs `work` on every item, at most `limit` at a time, and takes an item only when there is room for it.
 * After a failure, an error of `items`, or an abort it takes no more, lets what runs settle,
 * and rejects with the first error (the signal's reason for an abort).
 */
export async function forEachConcurrent<T>(
  items: Iterable<T> | AsyncIterable<T>,
  limit: number,
  work: (item: T) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const running = new Set<Promise<void>>()
  const failures: unknown[] = []
  try {
    signal?.throwIfAborted()
    for await (const item of items) {
      signal?.throwIfAborted()
      if (failures.length > 0) break
      const task = settle(work, item, failures).finally(() => running.delete(task))
      running.add(task)
      if (running.size >= limit) await Promise.race(running)
      if (failures.length > 0) break
    }
  } catch (error) {
    failures.push(error)
  }
  await Promise.all(running)
  if (failures.length > 0) throw failures[0]
}

async function settle<T>(work: (item: T) => Promise<void>, item: T, failures: unknown[]): Promise<void> {
  try {
    await work(item)
  } catch (error) {
    failures.push(error)
  }
}
