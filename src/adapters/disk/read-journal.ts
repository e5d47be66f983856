import type { FileHandle } from 'node:fs/promises'
import { decodeJournalLines, MAX_LINE_BYTES } from './journal-line.ts'

const READ_BYTES = 256 * 1024

export interface JournalBatch {
  readonly values: readonly object[]
  /** Where the next line begins. */
  readonly nextOffset: number
}

/** The whole lines from `offset` on, in batches, up to the end or the first line that is damaged or not whole yet. */
export async function* readJournal(file: FileHandle, offset: number): AsyncGenerator<JournalBatch> {
  let at = offset
  for (let size = READ_BYTES; ; ) {
    const buffer = Buffer.allocUnsafe(size)
    const { bytesRead } = await file.read(buffer, 0, size, at)
    const { values, goodBytes, stopped } = decodeJournalLines(buffer.subarray(0, bytesRead))
    at += goodBytes
    if (values.length > 0) yield { values, nextOffset: at }
    if (bytesRead < size || stopped === 'damaged') return
    // A line longer than what was read.
    if (goodBytes === 0) size = Math.min(size * 4, MAX_LINE_BYTES + 2)
    else size = READ_BYTES
  }
}
