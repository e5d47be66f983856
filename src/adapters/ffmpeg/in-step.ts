import type { SegmentPiece } from '#lib/containers/segmenter/segment-piece.ts'

/**
 * Joins sources that move at their own speed: the one that is furthest behind goes next, so that none runs away from the
 * others and little has to wait in memory.
 */
export async function* inStep(sources: readonly AsyncIterable<SegmentPiece>[]): AsyncGenerator<SegmentPiece> {
  const lines = sources.map((source) => ({ pieces: source[Symbol.asyncIterator](), index: -1 }))
  try {
    while (lines.length > 0) {
      const last = lines.reduce((behind, line) => (line.index < behind.index ? line : behind))
      const { done, value } = await last.pieces.next()
      if (done) {
        lines.splice(lines.indexOf(last), 1)
        continue
      }
      if (value.index !== 'init') last.index = Math.max(last.index, value.index)
      yield value
    }
  } finally {
    for (const { pieces } of lines) pieces.return?.().catch(() => {})
  }
}
