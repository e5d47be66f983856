import { z } from 'zod'
import { BlobDamagedError } from '#domain/errors.ts'

const place = z.object({ chatId: z.int(), messageId: z.int().positive(), fileUniqueId: z.string() })

const part = z.object({
  /** `ledger`: which messages hold what; `catalog`: the lines that were handed in. */
  kind: z.enum(['ledger', 'catalog']),
  name: z.string(),
  /** Of the sealed part. */
  byteLength: z.int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  places: z.array(place),
})

const superblock = z.object({
  format: z.literal('telereel superblock'),
  version: z.literal(1),
  libraryId: z.string(),
  seq: z.int().positive(),
  savedAt: z.iso.datetime(),
  /** In the order in which they are read. */
  parts: z.array(part),
  /** Per channel: every message up to this id is in the ledger part, or is nobody's. */
  marks: z.array(z.object({ chatId: z.int(), messageId: z.int().nonnegative() })),
})

/** The document that a channel has pinned: where the newest snapshot lies. Readable without a key, and tells no titles. */
export type Superblock = Readonly<z.infer<typeof superblock>>
export type SnapshotPart = Superblock['parts'][number]

export function formatSuperblock(about: Omit<Superblock, 'format' | 'version'>): Uint8Array {
  return Buffer.from(`${JSON.stringify({ format: 'telereel superblock', version: 1, ...about }, null, 1)}\n`)
}

/** Throws BlobDamagedError when it is not one. */
export function parseSuperblock(bytes: Uint8Array): Superblock {
  try {
    return superblock.parse(JSON.parse(Buffer.from(bytes).toString('utf8')))
  } catch (cause) {
    throw new BlobDamagedError('What is pinned in the channel is not the list of parts of a snapshot.', { cause })
  }
}

/** Names that the store gives to its own documents, apart from those of videos. */
export const SUPERBLOCKS = 'superblock/'
export const SNAPSHOTS = 'snapshot/'

/** The number in `superblock/<seq>` and `snapshot/<seq>/<part>`; 0 for any other name. */
export function seqOf(name: string): number {
  const seq = Number(/^(?:superblock|snapshot)\/([1-9]\d{0,9})(?:\/|$)/.exec(name)?.[1] ?? 0)
  return Number.isSafeInteger(seq) ? seq : 0
}

export function isOwnDocument({ name }: { readonly name: string }): boolean {
  return name.startsWith(SUPERBLOCKS) || name.startsWith(SNAPSHOTS)
}
