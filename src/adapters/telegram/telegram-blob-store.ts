import { randomBytes } from 'node:crypto'
import type {
  BlobLimits,
  BlobRef,
  BlobRepairs,
  BlobSource,
  BlobStore,
  ReadOptions,
  Repair,
  RepairOptions,
  StoredBlob,
} from '#domain/blob-store.ts'
import type { ChannelBlob, ChannelCopy, ChannelLedger } from '#domain/channel-ledger.ts'
import { BlobTooLargeError } from '#domain/errors.ts'
import type { Events } from '#domain/events.ts'
import { Mutex } from '#lib/concurrency/mutex.ts'
import { BotLoads } from './bot-loads.ts'
import { isBlobName, refOf } from './caption.ts'
import { ChannelMarkers } from './channel-markers.ts'
import { type ChannelRoomFigures, figuresOf } from './channel-figures.ts'
import { ChannelSnapshots, type SnapshotSealing } from './channel-snapshots.ts'
import { ChannelRoom, ROLL_OVER_AT_ID } from './channel-room.ts'
import { type Clock, SYSTEM_CLOCK } from './clock.ts'
import { FileChangedError, MessageMissingError } from './copy-faults.ts'
import { deleteBlob, MessageRemover, resumeDeletes } from './delete-blob.ts'
import { type LibraryInChannel, librariesInChannels } from './libraries-in-channels.ts'
import { Handles } from './handles.ts'
import { hashSource } from './hash-source.ts'
import { InFlight } from './in-flight.ts'
import { mustNotBeBehind } from './known-snapshots.ts'
import type { Lanes } from './lane.ts'
import { MessageLooker } from './look-at-message.ts'
import { readBlob, notFound } from './read-blob.ts'
import { repairBlob, sizeInChannel } from './repair-blob.ts'
import { type ScanOptions, type ScanReport, scanChannel } from './scan-channel.ts'
import type { NewBlob } from './send-blob.ts'
import { storeCopies } from './store-copies.ts'
import { StreamingBots } from './streaming-bots.ts'
import { startAtTop } from './start-at-top.ts'
import type { StoreParts, StoreStep } from './store-parts.ts'
import { isOwnDocument } from './superblock.ts'
import { isProductError, translated, translatedBytes } from './translate-error.ts'

/** Bot API `getFile` serves no larger file. */
const MAX_DOWNLOAD_BYTES = 20_971_520

export interface TelegramStoreOptions {
  readonly lanes: Lanes
  readonly ledger: ChannelLedger
  readonly events: Events
  /** 11 characters of base64url that tell this library from every other (design: from the master key). */
  readonly libraryId: string
  readonly clock?: Clock
  /** At most 20,971,520. */
  readonly maxBytes?: number
  /** About three per bot keep every bot busy. */
  readonly parallelPuts?: number
  /** How many different chats keep each blob; all there are when there are fewer. */
  readonly replicas?: number
  /** A private chat of the bots with an admin, for looking at messages; without one they look within the channel. */
  readonly scratchChatId?: number
  /** User ids of the bots, so that one that knows a file is found before any was used. */
  readonly botIds?: readonly number[]
  /** User ids of those that only read. */
  readonly streamingBotIds?: readonly number[]
  readonly rollOverAtId?: number
  /** Whether anything may be put there now, or swept; every chat by default. */
  readonly isOurs?: (chatId: number) => boolean
  /** Of blobs that are not the first of their video, read back after being stored; 0 to 1. */
  readonly readBackShare?: number
  readonly random?: (byteLength: number) => Uint8Array
  readonly reached?: (step: StoreStep) => void
}

/**
 * Blobs as documents in Telegram channels. Which message holds what is the ledger's affair; the channel says it too, in
 * captions. After a put whose answer was lost a second message may stand until the next scan, which removes it.
 */
export class TelegramBlobStore implements BlobStore, BlobRepairs {
  readonly limits: BlobLimits
  readonly #options: Required<Pick<TelegramStoreOptions, 'readBackShare'>>
  readonly #copiesWanted: number
  readonly #isOurs: (chatId: number) => boolean
  readonly #parts: StoreParts
  readonly #room: ChannelRoom
  readonly #loads: BotLoads
  readonly #streamingBots: StreamingBots
  readonly #looker: MessageLooker
  readonly #handles: Handles
  readonly #remover: MessageRemover
  readonly #markers: ChannelMarkers
  /** Sources are hashed one after another: the first is on its way while the others wait for their turn. */
  readonly #hashing = new Mutex()

  constructor(options: TelegramStoreOptions) {
    const { lanes, ledger, events, libraryId, clock = SYSTEM_CLOCK, random = randomBytes } = options
    const { maxBytes = MAX_DOWNLOAD_BYTES, parallelPuts = 4, rollOverAtId = ROLL_OVER_AT_ID } = options
    this.limits = { maxBytes: Math.min(maxBytes, MAX_DOWNLOAD_BYTES), parallelPuts, wholeReads: true }
    this.#options = { readBackShare: options.readBackShare ?? 0 }
    this.#copiesWanted = Math.max(1, Math.min(options.replicas ?? 1, lanes.chatIds.length))
    this.#isOurs = options.isOurs ?? (() => true)
    const inFlight = new InFlight()
    this.#parts = { lanes, ledger, events, libraryId, clock, random, inFlight, reached: options.reached ?? (() => {}) }
    this.#room = new ChannelRoom({
      ledger,
      events,
      chatIds: lanes.chatIds,
      isOurs: this.#isOurs,
      onReach: (chatId) => this.#markers.removeFrom(chatId),
      rollOverAtId,
    })
    this.#loads = new BotLoads(options.botIds)
    this.#streamingBots = new StreamingBots(options.streamingBotIds ?? [], this.#loads, clock)
    this.#looker = new MessageLooker(this.#parts, options.scratchChatId)
    this.#handles = new Handles({ ledger, clock, looker: this.#looker })
    this.#remover = new MessageRemover(this.#parts)
    this.#markers = new ChannelMarkers(this.#parts)
  }

  async put(source: BlobSource, signal?: AbortSignal): Promise<BlobRef> {
    const { name, byteLength } = source
    if (byteLength > this.limits.maxBytes) {
      throw new BlobTooLargeError(`A blob of ${byteLength} bytes is over the limit of ${this.limits.maxBytes}.`)
    }
    if (!isBlobName(name)) throw new TypeError(`${JSON.stringify(name)} is not <video>/<number>.`)
    const sha256 = source.sha256 ?? (await this.#hashing.run(() => hashSource(source, signal), signal))
    const blob = { ref: refOf({ name, sha256 }), name, byteLength, sha256 }
    return translated(async () => {
      await this.#parts.inFlight.alone(blob.ref, () => this.#store(blob, source, signal), signal)
      return blob.ref
    })
  }

  async get(ref: BlobRef, options: ReadOptions = {}): Promise<AsyncIterable<Uint8Array>> {
    options.signal?.throwIfAborted()
    return translated(async () => {
      const blob = await this.#parts.ledger.blob(ref)
      const copies = storedOf(blob)
      if (!blob || copies.length === 0) throw notFound(ref)
      return translatedBytes(await readBlob(this.#downloads, blob, copies, options))
    })
  }

  /** As the channel says, at the price of a forward: one of a blob whose messages somebody deleted is null. */
  async size(ref: BlobRef, signal?: AbortSignal): Promise<number | null> {
    return translated(async () => {
      const blob = await this.#parts.ledger.blob(ref)
      return blob && sizeInChannel({ looker: this.#looker, handles: this.#handles }, blob, storedOf(blob), signal)
    })
  }

  /** Best asked for many at once: what comes together goes to Telegram in hundreds. Goes on after a crash (`sweep`). */
  async delete(ref: BlobRef, signal?: AbortSignal): Promise<void> {
    await translated(() =>
      this.#parts.inFlight.alone(ref, () => deleteBlob(this.#parts, this.#remover, ref, signal), signal),
    )
  }

  /** What the ledger knows; `scan` makes that true. */
  async *list(signal?: AbortSignal): AsyncIterable<StoredBlob> {
    for await (const blob of this.#parts.ledger.blobs()) {
      signal?.throwIfAborted()
      if (storedOf(blob).length > 0 && !isOwnDocument(blob)) yield { ref: blob.ref, name: blob.name }
    }
  }

  /**
   * The gap scan of one chat: finds answers that were lost, removes what nothing needs. One at a time. Rejects with
   * ConflictError, and removes nothing, when the channel knows more of this library than the ledger does.
   */
  async scan(chatId: number, options: ScanOptions = {}): Promise<ScanReport> {
    const tools = { parts: this.#parts, looker: this.#looker, remover: this.#remover }
    return translated(async () => {
      if (!options.adoptUnknown) await mustNotBeBehind(this.#parts, chatId, options.signal)
      return scanChannel({ ...tools, copiesWanted: this.#copiesWanted }, chatId, options)
    })
  }

  /**
   * After an ingest, at start, every six hours: goes on with deletes that a crash ended, then scans every chat. Does all
   * that can be done before it rejects with the first failure.
   */
  async sweep(options: ScanOptions = {}): Promise<readonly ScanReport[]> {
    // What cannot be done in one channel now does not hold up the others.
    const failures: unknown[] = []
    const tried = <T>(work: Promise<T>): Promise<T | null> =>
      work.catch((error: unknown) => {
        options.signal?.throwIfAborted()
        failures.push(error)
        return null
      })
    await tried(this.resumeDeletes(options.signal))
    const reports: ScanReport[] = []
    for (const chatId of this.#parts.lanes.chatIds.filter(this.#isOurs)) {
      const report = await tried(this.scan(chatId, options))
      if (report) reports.push(report)
    }
    if (failures.length > 0) throw failures[0]
    return reports
  }

  /** Resolves with the number of messages that were still to be deleted. */
  async resumeDeletes(signal?: AbortSignal): Promise<number> {
    return translated(() => resumeDeletes(this.#parts, this.#remover, signal))
  }

  /** Looks at every copy, and makes new ones of what is missing, from a good copy or from bytes at hand. */
  async repair(ref: BlobRef, options: RepairOptions = {}): Promise<Repair> {
    const tools = { storing: this.#storing, looker: this.#looker, handles: this.#handles }
    return translated(() =>
      this.#parts.inFlight.alone(
        ref,
        () => repairBlob({ ...tools, downloads: this.#downloads, copiesWanted: this.#copiesWanted }, ref, options),
        options.signal,
      ),
    )
  }

  /** Per chat of the settings. */
  async figures(): Promise<readonly ChannelRoomFigures[]> {
    const { ledger, lanes } = this.#parts
    return figuresOf(await ledger.channelFigures(), lanes.chatIds, this.#room.rollOverAtId)
  }

  /** The snapshots that lie beside the blobs. */
  snapshots(sealing: SnapshotSealing): ChannelSnapshots {
    const tools = { parts: this.#parts, storing: this.#storing, remover: this.#remover, downloads: this.#downloads }
    return new ChannelSnapshots({ ...tools, copiesWanted: this.#copiesWanted, maxBytes: this.limits.maxBytes, sealing })
  }

  /** Which libraries lie in these channels, by what they have pinned or hold. */
  async libraries(chatIds: readonly number[], signal?: AbortSignal): Promise<readonly LibraryInChannel[]> {
    return translated(() =>
      librariesInChannels({ parts: this.#parts, looker: this.#looker, markers: null }, chatIds, signal),
    )
  }

  /** The same before a new one is begun there: others that are about to do that are found, too, and find this one. */
  async librariesBeforeBegin(chatId: number, signal?: AbortSignal): Promise<readonly LibraryInChannel[]> {
    const look = { parts: this.#parts, looker: this.#looker, markers: this.#markers }
    return translated(() => librariesInChannels(look, [chatId], signal))
  }

  /** Begins a library in this chat: see `startAtTop`. */
  async begin(chatId: number, signal?: AbortSignal): Promise<void> {
    await translated(() => startAtTop(this.#parts, this.#markers, chatId, signal))
  }

  /** To be called when a library is not begun after all, and at the end. */
  async removeMarkers(): Promise<void> {
    await this.#markers.remove()
  }

  async #store(blob: NewBlob, source: BlobSource, signal: AbortSignal | undefined): Promise<void> {
    const readsBack = this.#isReadBack(blob)
    await storeCopies(this.#storing, { blob, source, copiesWanted: this.#copiesWanted, readsBack, signal })
  }

  /** The first of each video always: what Telegram does to one it does to all. */
  #isReadBack({ name }: NewBlob): boolean {
    return name.endsWith('/0') || (this.#parts.random(1)[0] ?? 0) / 256 < this.#options.readBackShare
  }

  get #storing() {
    return {
      parts: this.#parts,
      room: this.#room,
      remover: this.#remover,
      readBack: (blob: NewBlob, copy: ChannelCopy, signal: AbortSignal | undefined) =>
        this.#readBack(blob, copy, signal),
    }
  }

  async #readBack(blob: NewBlob, copy: ChannelCopy, signal: AbortSignal | undefined): Promise<void> {
    try {
      const options = signal ? { signal } : {}
      for await (const _bytes of await readBlob(this.#downloads, { ...blob, copies: [copy] }, [copy], options));
    } catch (error) {
      if (isProductError(error, 'blob-damaged')) throw new FileChangedError(copy, { cause: error })
      if (isProductError(error, 'blob-not-found')) throw new MessageMissingError(copy, { cause: error })
      throw error
    }
  }

  get #downloads() {
    const { lanes, clock } = this.#parts
    return { lanes, clock, handles: this.#handles, loads: this.#loads, streamingBots: this.#streamingBots }
  }
}

function storedOf(blob: ChannelBlob | null): readonly ChannelCopy[] {
  return blob?.copies.filter(({ state }) => state === 'stored') ?? []
}
