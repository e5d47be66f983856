import type { TelegramBlobStore } from '#adapters/telegram/telegram-blob-store.ts'
import type { ChannelLedger } from '#domain/channel-ledger.ts'
import {
  ConflictError,
  CredentialsRefusedError,
  type ProductError,
  StoreRefusedError,
  StoreUnavailableError,
} from '#domain/errors.ts'
import type { Events } from '#domain/events.ts'
import { Mutex } from '#lib/concurrency/mutex.ts'
import { atMost } from './at-most.ts'

const TAKE_UP_MS = 3000

export interface KnownClaims {
  readonly ledger: ChannelLedger
  readonly libraryId: string
  readonly chatIds: readonly number[]
}

export interface ClaimParts extends KnownClaims {
  readonly store: TelegramBlobStore
  /** Whether no bot may do anything there, as Telegram itself has said: waiting does not help. */
  isClosed(chatId: number): boolean
}

/** Which channels are ours: nothing is put anywhere else. */
export class ChannelClaims {
  /** Why some are not, by chat. */
  readonly faults = new Map<number, ProductError>()
  /** Another library was found. */
  conflict: ConflictError | null = null
  readonly #ours = new Set<number>()
  readonly #claiming = new Mutex()

  /** As it was known when the library was last open: nothing has to be asked for that. */
  static async known({ ledger, libraryId, chatIds }: KnownClaims): Promise<ChannelClaims> {
    const claims = new ChannelClaims()
    for (const chatId of chatIds) if ((await ledger.fact(factOf(chatId))) === libraryId) claims.#ours.add(chatId)
    return claims
  }

  isOurs(chatId: number): boolean {
    return this.#ours.has(chatId)
  }

  get isBegun(): boolean {
    return this.#ours.size > 0
  }

  /** Found by a rebuild. */
  async note({ ledger, libraryId }: Pick<ClaimParts, 'ledger' | 'libraryId'>, chatId: number): Promise<void> {
    await ledger.setFact(factOf(chatId), libraryId)
    this.#ours.add(chatId)
    this.faults.delete(chatId)
  }

  /**
   * Makes sure that every channel is ours before anything is put there: an empty data folder must not begin a second library
   * beside one that is there. One in which no bot may do anything does not hold up the others. Rejects with ConflictError
   * when another library is in one of them, and with what went wrong while none is ours; what was found out is remembered.
   */
  async claim(parts: ClaimParts, signal: AbortSignal): Promise<void> {
    try {
      await this.#claiming.run(() => this.#claim(parts, signal), signal)
      this.conflict = null
    } catch (error) {
      if (error instanceof ConflictError) this.conflict = error
      throw error
    }
  }

  /**
   * Before the first work. Waits a moment only: a server starts also when Telegram cannot be reached, and what is found out
   * later is told by whoever wants to store, and by `conflict`. Rejects when the library must not begin.
   */
  async takeUp(parts: ClaimParts, events: Events, signal: AbortSignal): Promise<void> {
    const claiming = this.claim(parts, signal).catch((error: unknown) => {
      if (error instanceof ConflictError || error instanceof StoreRefusedError) throw error
      signal.throwIfAborted()
      const message = 'The channels could not be looked at; nothing is stored there before that worked.'
      events.emit({ kind: 'note', level: 'warn', message, fields: { error } })
    })
    await atMost(TAKE_UP_MS, claiming)
  }

  async #claim(parts: ClaimParts, signal: AbortSignal): Promise<void> {
    const { store } = parts
    const fresh = parts.chatIds.filter((chatId) => !this.#ours.has(chatId))
    const looked: number[] = []
    try {
      for (const chatId of fresh) if (await this.#mayBegin(parts, chatId, signal)) looked.push(chatId)
      for (const chatId of looked) {
        await store.begin(chatId, signal)
        await this.note(parts, chatId)
      }
    } catch (error) {
      await store.removeMarkers()
      throw error
    }
    if (!this.isBegun) throw [...this.faults.values()][0]
  }

  async #mayBegin({ store, ledger, libraryId, isClosed }: ClaimParts, chatId: number, signal: AbortSignal) {
    try {
      // One that is ours already may be gone: that is no reason not to begin in the one that is to take its place.
      for (const found of await store.librariesBeforeBegin(chatId, signal)) {
        if (found.libraryId !== libraryId) throw otherLibrary(chatId)
        if (!(await hasBlobs(ledger))) throw lostCatalog(chatId)
      }
      return true
    } catch (error) {
      const kinds = [StoreUnavailableError, StoreRefusedError, CredentialsRefusedError]
      const isFault = kinds.some((kind) => error instanceof kind)
      if (!isFault || !isClosed(chatId)) throw error
      this.faults.set(chatId, error as ProductError)
      return false
    }
  }
}

export async function hasBlobs(ledger: ChannelLedger): Promise<boolean> {
  for await (const _blob of ledger.blobs()) return true
  return false
}

function factOf(chatId: number): string {
  return `library in ${chatId}`
}

function otherLibrary(chatId: number): ConflictError {
  return new ConflictError(`Channel ${chatId} already holds a library, and this data folder is not its.`, {
    why: 'Two libraries in one channel would be a second storage that nobody asked for.',
    fix: 'To have that library back here: `telereel rebuild --recovery-key KEY` with its key, the one that was written down when it began; one that was shown just now opens nothing there. To begin a new one: take another channel.',
  })
}

function lostCatalog(chatId: number): ConflictError {
  return new ConflictError(`Channel ${chatId} holds this library, but the catalog here knows nothing of it.`, {
    fix: 'Run `telereel rebuild`; the recovery key is there already.',
  })
}
