import { z } from 'zod'
import type { BlobRef } from '#domain/blob-store.ts'
import type { ChannelBlob, ChannelLedger } from '#domain/channel-ledger.ts'
import { BlobDamagedError } from '#domain/errors.ts'
import { refOf } from './caption.ts'
import { isOwnDocument, seqOf } from './superblock.ts'

const state = z.enum(['stored', 'deleting', 'undeletable'])
const copy = z.tuple([z.int(), z.int().positive(), z.string(), state])
const row = z.tuple([z.string(), z.int().nonnegative(), z.string().regex(/^[0-9a-f]{64}$/), z.array(copy)])

/**
 * Every blob of the ledger as a line, but for the snapshot `seq` itself, which its superblock describes. Older snapshots
 * are on their way out, whatever the ledger still says.
 */
export async function* ledgerLines(ledger: ChannelLedger, seq: number): AsyncGenerator<Uint8Array> {
  for await (const blob of ledger.blobs()) {
    if (seqOf(blob.name) !== seq) yield Buffer.from(`${JSON.stringify(rowOf(blob))}\n`)
  }
}

function rowOf(blob: ChannelBlob): z.infer<typeof row> {
  const leaving = isOwnDocument(blob)
  const { name, byteLength, sha256, copies } = blob
  const rows = copies.map((each): z.infer<typeof copy> => {
    const becomes = leaving && each.state === 'stored' ? 'deleting' : each.state
    return [each.chatId, each.messageId, each.fileUniqueId, becomes]
  })
  return [name, byteLength, sha256, rows]
}

/** Writes the lines into a ledger that does not know them; resolves with the number of blobs. */
export async function restoreLedgerLines(lines: AsyncIterable<Uint8Array>, ledger: ChannelLedger): Promise<number> {
  let count = 0
  for await (const line of textLines(lines)) {
    const [name, byteLength, sha256, copies] = parseRow(line)
    const blob = { ref: refOf({ name, sha256 }) satisfies BlobRef, name, byteLength, sha256 }
    for (const [chatId, messageId, fileUniqueId, becomes] of copies) {
      await ledger.addCopy(blob, { chatId, messageId, fileUniqueId, state: becomes })
    }
    count++
  }
  return count
}

function parseRow(line: string): z.infer<typeof row> {
  try {
    return row.parse(JSON.parse(line))
  } catch (cause) {
    throw new BlobDamagedError('The snapshot holds a line that says nothing of a blob.', { cause })
  }
}

async function* textLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let open = ''
  for await (const chunk of chunks) {
    const lines = (open + decoder.decode(chunk, { stream: true })).split('\n')
    open = lines.pop() ?? ''
    yield* lines
  }
  if (open !== '') yield open
}
