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
  const gone = Promise.withResolvers<void>()
  let isGone = false
  const leave = () => {
    isGone = true
    gone.resolve()
  }
  // EPIPE: it has what it wanted, or is dead, which its end tells.
  pipe.on('error', leave).on('close', leave)
  if (pipe.destroyed) leave()
  const source = chunks[Symbol.asyncIterator]()
  try {
    while (!isGone) {
      hungry(true)
      const next = await Promise.race([source.next(), gone.promise])
      hungry(false)
      if (next === undefined || next.done) break
      if (!pipe.write(next.value)) await Promise.race([drained(pipe), gone.promise])
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
