import type { Writable } from 'node:stream'

/**
 * Writes chunks to a pipe with back-pressure, then ends it. `hungry` tells when the chunks are waited for and when one came.
 * Resolves early when whoever reads has gone; rejects as the chunks do. Either way the chunks are ended.
 */
export async function feedStream(
  pipe: Writable,
  chunks: AsyncIterable<Uint8Array>,
  hungry: (isHungry: boolean) => void,
): Promise<void> {
  let isGone = false
  let wake = () => {}
  const leave = () => {
    isGone = true
    wake()
  }
  /** Undefined when the reader has gone. No race with one promise for all: that would hold what each race was won by. */
  const unlessGone = <T>(work: Promise<T>): Promise<T | undefined> =>
    new Promise((resolve, reject) => {
      wake = () => resolve(undefined)
      work.then(resolve, reject)
    })
  // EPIPE: it has what it wanted, or is dead, which its end tells.
  pipe.on('error', leave).on('close', leave)
  if (pipe.destroyed) leave()
  const source = chunks[Symbol.asyncIterator]()
  try {
    while (!isGone) {
      hungry(true)
      const next = await unlessGone(source.next())
      hungry(false)
      if (next === undefined || next.done) break
      if (!pipe.write(next.value)) await unlessGone(drained(pipe))
    }
  } finally {
    pipe.end()
    // A source that waits for what never comes ends by its own signal.
    source.return?.().catch(() => {})
  }
}

function drained(pipe: Writable): Promise<void> {
  return new Promise((resolve) => void pipe.once('drain', resolve))
}
