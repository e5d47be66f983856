import type { BlobRef, BlobSource } from '#domain/blob-store.ts'
import type { CatalogSnapshot, CatalogSnapshots } from '#domain/catalog-snapshots.ts'
import type { ChannelBlob, ChannelCopy } from '#domain/channel-ledger.ts'
import { BlobDamagedError, ConflictError, ProductError, StoreUnavailableError } from '#domain/errors.ts'
import { Mutex } from '#lib/concurrency/mutex.ts'
import { refOf } from './caption.ts'
import { deleteBlob, type MessageRemover } from './delete-blob.ts'
import { mustNotBeBehind, newestKnownSeq, noteSnapshot } from './known-snapshots.ts'
import { ledgerLines, restoreLedgerLines } from './ledger-lines.ts'
import type { Downloads } from './open-download.ts'
import { pack, unpack } from './packed-lines.ts'
import { pinnedSuperblock } from './pinned-superblocks.ts'
import { readBlob } from './read-blob.ts'
import { hashSource } from './hash-source.ts'
import { isSamePlace } from './same-place.ts'
import { type NewBlob, sendCopy } from './send-blob.ts'
import { type Storing, storeCopies } from './store-copies.ts'
import type { StoreParts } from './store-parts.ts'
import {
  formatSuperblock,
  parseSuperblock,
  type SnapshotPart,
  SNAPSHOTS,
  type Superblock,
  SUPERBLOCKS,
  seqOf,
} from './superblock.ts'
import { translated, translatedBytes } from './translate-error.ts'

/** What makes a part unreadable for strangers; a part opens only under the name under which it was sealed. */
export interface SnapshotSealing {
  seal(name: string, plain: Uint8Array): Uint8Array | Promise<Uint8Array>
  /** Rejects when these are not the bytes that were sealed under the name. */
  open(name: string, sealed: Uint8Array): Uint8Array | Promise<Uint8Array>
}

export interface ChannelSnapshot extends CatalogSnapshot {
  readonly libraryId: string
  /**
   * Tells the ledger of every message that the snapshot knows; resolves with the number of blobs. What was stored later
   * is found by a scan that adopts, which begins where the snapshot ends.
   */
  restoreLedger(): Promise<number>
}

export interface SnapshotTools {
  readonly parts: StoreParts
  readonly storing: Storing
  readonly remover: MessageRemover
  readonly downloads: Downloads
  readonly copiesWanted: number
  /** Of one stored part. */
  readonly maxBytes: number
  readonly sealing: SnapshotSealing
}

/** A part may grow by this much when it is sealed. */
const SEALING_BYTES = 1024
const SEALING_SHARE = 0.999

/**
 * Snapshots of the catalog, and of the ledger with it, as documents in the channels. A superblock that every channel has
 * pinned says where the parts of the newest one are: token, chat id and key are enough to find everything.
 */
export class ChannelSnapshots implements CatalogSnapshots {
  readonly #tools: SnapshotTools
  readonly #saving = new Mutex()

  constructor(tools: SnapshotTools) {
    this.#tools = tools
  }

  async save(lines: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<void> {
    await translated(() => this.#saving.run(() => this.#save(lines, signal), signal))
  }

  async latest(signal?: AbortSignal): Promise<ChannelSnapshot | null> {
    return translated(async () => {
      const found = await this.#newest(signal)
      if (!found) return null
      const { libraryId, savedAt } = found
      return {
        libraryId,
        savedAt: new Date(savedAt),
        read: () => translatedBytes(this.#unpacked(found, 'catalog', signal)),
        restoreLedger: () => translated(() => this.#restoreLedger(found, signal)),
      }
    })
  }

  async #save(lines: AsyncIterable<Uint8Array>, signal: AbortSignal | undefined): Promise<void> {
    const { parts } = this.#tools
    for (const chatId of this.#tools.storing.room.ours) await this.#mustNotBeBehind(chatId, signal)
    const seq = (await this.#highestSeq(signal)) + 1
    // Marks first: what is stored while this runs lies beyond them, and is found by the scan after a restore.
    const marks = await Promise.all(
      parts.lanes.chatIds.map(async (chatId) => ({ chatId, messageId: await parts.ledger.mark(chatId) })),
    )
    const stored = [
      ...(await this.#storeParts('ledger', seq, ledgerLines(parts.ledger, seq), signal)),
      ...(await this.#storeParts('catalog', seq, lines, signal)),
    ]
    const savedAt = new Date(parts.clock.wallMs()).toISOString()
    const bytes = formatSuperblock({ libraryId: parts.libraryId, seq, savedAt, parts: stored, marks })
    const copies = await this.#storeSuperblock(sourceFrom(`${SUPERBLOCKS}${seq}`, bytes), signal)
    await this.#pinAll(copies, signal)
    await noteSnapshot(parts.ledger, seq)
    parts.reached('snapshot-noted')
    await this.#deleteOlder(seq, signal)
  }

  /** A channel that cannot be asked now tells nothing; if none can, nothing is saved either. */
  async #mustNotBeBehind(chatId: number, signal: AbortSignal | undefined): Promise<void> {
    await mustNotBeBehind(this.#tools.parts, chatId, signal).catch((error: unknown) => {
      if (signal?.aborted || error instanceof ConflictError) throw error
    })
  }

  async #storeParts(
    kind: SnapshotPart['kind'],
    seq: number,
    lines: AsyncIterable<Uint8Array>,
    signal: AbortSignal | undefined,
  ): Promise<SnapshotPart[]> {
    const { maxBytes, sealing, parts } = this.#tools
    const stored: SnapshotPart[] = []
    for await (const piece of pack(lines, Math.floor((maxBytes - SEALING_BYTES) * SEALING_SHARE))) {
      const name = `${SNAPSHOTS}${seq}/${kind}-${stored.length}`
      const blob = await this.#store(sourceFrom(name, await sealing.seal(name, piece)), signal)
      const places = blob.copies.map(({ chatId, messageId, fileUniqueId }) => ({ chatId, messageId, fileUniqueId }))
      stored.push({ kind, name, byteLength: blob.byteLength, sha256: blob.sha256, places })
      parts.reached('snapshot-part')
    }
    return stored
  }

  async #store(source: BlobSource, signal: AbortSignal | undefined): Promise<ChannelBlob> {
    const { parts, storing, copiesWanted } = this.#tools
    const blob = await blobOf(source, signal)
    const wish = { blob, source, copiesWanted, readsBack: true, signal }
    const copies = await parts.inFlight.alone(blob.ref, () => storeCopies(storing, wish), signal)
    return { ...blob, copies }
  }

  /** In every channel that can be reached, full ones too. */
  async #storeSuperblock(source: BlobSource, signal: AbortSignal | undefined): Promise<readonly ChannelCopy[]> {
    const { parts } = this.#tools
    const blob = await blobOf(source, signal)
    const copies: ChannelCopy[] = []
    const failures: unknown[] = []
    await parts.inFlight.alone(blob.ref, async () => {
      for (const chatId of this.#tools.storing.room.ours) {
        try {
          const copy = await sendCopy(parts, { blob, source, chatIds: [chatId], signal })
          await this.#tools.storing.room.reach(copy)
          copies.push(copy)
          parts.reached('superblock-sent')
        } catch (error) {
          if (signal?.aborted || !(error instanceof ProductError)) throw error
          failures.push(error)
        }
      }
    })
    if (copies.length === 0) throw failures[0] ?? new StoreUnavailableError('There is no channel.')
    return copies
  }

  /** One that is pinned is enough to find all. */
  async #pinAll(copies: readonly ChannelCopy[], signal: AbortSignal | undefined): Promise<void> {
    const outcomes = await Promise.allSettled(copies.map((copy) => this.#pin(copy, signal)))
    signal?.throwIfAborted()
    const failures = outcomes.filter((outcome) => outcome.status === 'rejected')
    if (failures.length === 0) return
    if (failures.length === outcomes.length) throw failures[0]?.reason
    const message = `The newest snapshot could not be pinned in ${failures.length} of ${outcomes.length} channels.`
    this.#tools.parts.events.emit({ kind: 'note', level: 'warn', message, fields: { error: failures[0]?.reason } })
  }

  async #pin(copy: ChannelCopy, signal: AbortSignal | undefined): Promise<void> {
    const { lanes, reached } = this.#tools.parts
    const wish = { kind: 'send', chatIds: [copy.chatId], ...(signal && { signal }) } as const
    await lanes.run(wish, ({ bot }, laneSignal) => bot.pin(copy, laneSignal))
    reached('superblock-pinned')
  }

  async #deleteOlder(seq: number, signal: AbortSignal | undefined): Promise<void> {
    const { parts, remover } = this.#tools
    for (const prefix of [SNAPSHOTS, SUPERBLOCKS]) {
      const older: BlobRef[] = []
      for await (const { ref, name } of parts.ledger.blobs(prefix)) if (seqOf(name) !== seq) older.push(ref)
      await Promise.all(
        older.map((ref) => parts.inFlight.alone(ref, () => deleteBlob(parts, remover, ref, signal), signal)),
      )
      if (older.length > 0) parts.reached('old-snapshot-deleted')
    }
  }

  /** Also of what others wrote into the channel with our key, and of what a crash left half done. */
  async #highestSeq(signal: AbortSignal | undefined): Promise<number> {
    const { ledger } = this.#tools.parts
    const seqs = [await newestKnownSeq(ledger)]
    for (const { blob } of await this.#pinned(signal)) seqs.push(seqOf(blob.name))
    for (const prefix of [SNAPSHOTS, SUPERBLOCKS]) {
      for await (const { name } of ledger.blobs(prefix)) seqs.push(seqOf(name))
    }
    return Math.max(...seqs)
  }

  /** Of all that are pinned or known, the newest that can be read. */
  async #newest(signal: AbortSignal | undefined): Promise<Superblock | null> {
    const { ledger, libraryId } = this.#tools.parts
    for (const { blob, copy, botId, fileId } of await this.#pinned(signal)) {
      await this.#learn(blob, copy)
      await ledger.saveHandle(copy, botId, fileId)
    }
    const known = (await Array.fromAsync(ledger.blobs(SUPERBLOCKS))).sort(
      (one, other) => seqOf(other.name) - seqOf(one.name),
    )
    for (const blob of known) {
      try {
        const found = parseSuperblock(await this.#readWhole(blob, signal))
        if (found.libraryId !== libraryId) continue
        await this.#proveWhole(found, signal)
        return found
      } catch (error) {
        // Nothing is called lost that only cannot be reached.
        if (!(error instanceof ProductError) || error.retry === 'later') throw error
        this.#tellBroken(blob.name, error)
      }
    }
    return null
  }

  /** Reads all of it once: it is better to know before anything rests on it. */
  async #proveWhole(found: Superblock, signal: AbortSignal | undefined): Promise<void> {
    for (const kind of ['ledger', 'catalog'] as const) {
      for await (const _bytes of this.#unpacked(found, kind, signal));
    }
  }

  #tellBroken(name: string, error: ProductError): void {
    const message = `The snapshot ${name} cannot be read whole: ${error.message}`
    this.#tools.parts.events.emit({ kind: 'note', level: 'warn', message, fields: { error } })
  }

  /** Of our library. A channel that cannot be asked now tells nothing. */
  async #pinned(signal: AbortSignal | undefined) {
    const { parts } = this.#tools
    const asked = parts.lanes.chatIds.map((chatId) => pinnedSuperblock(parts, chatId, signal))
    const outcomes = await Promise.allSettled(asked)
    signal?.throwIfAborted()
    const failures = outcomes.filter((outcome) => outcome.status === 'rejected')
    if (failures.length > 0 && failures.length === outcomes.length) throw failures[0]?.reason
    return outcomes
      .flatMap((outcome) => (outcome.status === 'fulfilled' && outcome.value ? [outcome.value] : []))
      .filter(({ libraryId }) => libraryId === parts.libraryId)
  }

  async *#unpacked(
    { parts }: Superblock,
    kind: SnapshotPart['kind'],
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Uint8Array> {
    const pieces = parts.filter((part) => part.kind === kind)
    yield* unpack(this.#opened(pieces, signal))
  }

  async *#opened(pieces: readonly SnapshotPart[], signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
    const { sealing } = this.#tools
    for (const { name, byteLength, sha256, places } of pieces) {
      const blob = { ref: refOf({ name, sha256 }), name, byteLength, sha256 }
      const copies = places.map((place) => ({ ...place, state: 'stored' }) as const)
      for (const copy of copies) await this.#learn(blob, copy)
      const sealed = await this.#readWhole({ ...blob, copies }, signal)
      yield await opened(sealing, name, sealed)
    }
  }

  /** What the ledger knows better, it keeps. */
  async #learn(blob: NewBlob, copy: ChannelCopy): Promise<void> {
    const { ledger } = this.#tools.parts
    const known = (await ledger.blob(blob.ref))?.copies ?? []
    if (!known.some((each) => isSamePlace(each, copy))) await ledger.addCopy(blob, copy)
  }

  async #restoreLedger(found: Superblock, signal: AbortSignal | undefined): Promise<number> {
    const { ledger } = this.#tools.parts
    const count = await restoreLedgerLines(this.#unpacked(found, 'ledger', signal), ledger)
    for (const { chatId, messageId } of found.marks) await ledger.setMark(chatId, messageId)
    await noteSnapshot(ledger, found.seq)
    return count
  }

  async #readWhole(blob: ChannelBlob, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const stored = blob.copies.filter(({ state }) => state === 'stored')
    const into = new Uint8Array(blob.byteLength)
    const options = { into, ...(signal && { signal }) }
    for await (const _bytes of await readBlob(this.#tools.downloads, blob, stored, options));
    return into
  }
}

async function opened(sealing: SnapshotSealing, name: string, sealed: Uint8Array): Promise<Uint8Array> {
  try {
    return await sealing.open(name, sealed)
  } catch (cause) {
    throw new BlobDamagedError(`${name} cannot be opened.`, { cause })
  }
}

async function blobOf(source: BlobSource, signal: AbortSignal | undefined): Promise<NewBlob> {
  const { name, byteLength } = source
  const sha256 = await hashSource(source, signal)
  return { ref: refOf({ name, sha256 }), name, byteLength, sha256 }
}

function sourceFrom(name: string, bytes: Uint8Array): BlobSource {
  return {
    name,
    byteLength: bytes.byteLength,
    async *open() {
      yield bytes
    },
  }
}
