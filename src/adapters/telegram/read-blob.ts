import type { BlobRef, ByteRange, ReadOptions } from '#domain/blob-store.ts'
import type { ChannelBlob, ChannelCopy } from '#domain/channel-ledger.ts'
import { BlobDamagedError, BlobNotFoundError, ProductError, StoreUnavailableError } from '#domain/errors.ts'
import { TelegramError } from './api-error.ts'
import { type CopyFault, FileChangedError, MessageMissingError } from './copy-faults.ts'
import { type Downloads, isAboutOneCopy, type OpenDownload, openDownload } from './open-download.ts'
import { nameOfBot } from './name-of-bot.ts'
import { Proof } from './proof.ts'

/** Faults in a row without a byte between them. */
const MAX_FAULTS = 6
const FIRST_WAIT_MS = 250

/**
 * Opens the blob, then gives its bytes as they come. A bot or copy that fails in the middle is replaced by another, which
 * goes on where that one stopped; the last bytes leave when the whole is proved. Rejects with BlobNotFoundError when no
 * message is left, BlobDamagedError, StoreUnavailableError, TelegramError, the signal's reason.
 */
export async function readBlob(
  downloads: Downloads,
  blob: ChannelBlob,
  copies: readonly ChannelCopy[],
  options: ReadOptions = {},
): Promise<AsyncIterable<Uint8Array>> {
  const range = options.range ?? { first: 0, last: blob.byteLength - 1 }
  if (range.last >= blob.byteLength) {
    throw new BlobDamagedError(`The blob has ${blob.byteLength} bytes, not ${range.last + 1}.`)
  }
  if (range.last < range.first) return nothing()
  const read = new BlobRead(downloads, { blob, copies, range, options })
  await read.open()
  return read.bytes()
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

class BlobRead {
  readonly #downloads: Downloads
  readonly #blob: ChannelBlob
  readonly #range: ByteRange
  readonly #options: ReadOptions
  readonly #proof: Proof
  /** Those that may be tried; the next first. */
  readonly #copies: ChannelCopy[]
  readonly #failures: (CopyFault | ProductError)[] = []
  readonly #avoid = new Set<number>()
  #download: (OpenDownload & { readonly copy: ChannelCopy; readonly load: Disposable }) | null = null
  #faults = 0
  #changes = 0

  constructor(
    downloads: Downloads,
    about: {
      readonly blob: ChannelBlob
      readonly copies: readonly ChannelCopy[]
      readonly range: ByteRange
      readonly options: ReadOptions
    },
  ) {
    const { blob, copies, range, options } = about
    this.#downloads = downloads
    this.#blob = blob
    this.#range = range
    this.#options = options
    this.#proof = new Proof(blob, range)
    const turn = (options.attempt ?? 0) % Math.max(1, copies.length)
    this.#copies = [...copies.slice(turn), ...copies.slice(0, turn)]
    const last = downloads.loads.lastOf(blob.ref)
    if (options.attempt && last !== undefined) this.#avoid.add(last)
  }

  async open(): Promise<void> {
    for (;;) {
      const copy = this.#copies[0]
      if (!copy) throw this.#verdict()
      try {
        await this.#openCopy(copy)
        return
      } catch (error) {
        if (error instanceof TelegramError) await this.#countFault(error)
        else if (isAboutOneCopy(error)) this.#giveUp(copy, error)
        else throw error
      }
    }
  }

  async #openCopy(copy: ChannelCopy): Promise<void> {
    const { signal } = this.#options
    const offset = this.#proof.received
    const wish = { blob: this.#blob, copy, offset, avoid: this.#avoid, signal }
    const download = await openDownload(this.#downloads, wish)
    // The service did not heed the offset: what is known already comes again, and is compared.
    if (download.offset === 0 && offset > 0) this.#proof.restart()
    const { bot } = download
    this.#download = { ...download, copy, load: this.#downloads.loads.load(bot.id) }
    this.#downloads.loads.note(this.#blob.ref, bot.id)
    this.#options.onGiver?.(nameOfBot(bot.setting))
  }

  async *bytes(): AsyncGenerator<Uint8Array> {
    try {
      let at = 0
      for (;;) {
        for (const piece of await this.#next()) {
          yield this.#placed(piece, at)
          at += piece.byteLength
        }
        if (at === this.#range.last + 1 - this.#range.first) return
      }
    } finally {
      await this.#leave()
    }
  }

  /** The next bytes that may leave; perhaps none. */
  async #next(): Promise<readonly Uint8Array[]> {
    this.#options.signal?.throwIfAborted()
    if (!this.#download) await this.open()
    try {
      const { done, value } = (await this.#download?.bytes.next()) ?? { done: true, value: undefined }
      if (done) return await this.#end()
      const pieces = this.#proof.push(value)
      if (!pieces) return await this.#retryChanged()
      if (value.byteLength > 0) this.#faults = 0
      return pieces
    } catch (error) {
      if (!(error instanceof TelegramError)) throw error
      await this.#changeSource()
      await this.#countFault(error)
      return []
    }
  }

  async #end(): Promise<readonly Uint8Array[]> {
    if (this.#proof.isComplete) return this.#proof.finish() ?? (await this.#retryChanged())
    throw new TelegramError('The file ended early.', { kind: 'ambiguous' })
  }

  /** Whole, and wrong: perhaps on the way, perhaps where it lies. */
  async #retryChanged(): Promise<readonly Uint8Array[]> {
    const copy = this.#download?.copy
    await this.#changeSource()
    this.#proof.restart()
    if (copy && ++this.#changes > this.#copies.length) this.#giveUp(copy, new FileChangedError(copy))
    return []
  }

  /** The next bytes come from another bot and, if there is one, another copy. */
  async #changeSource(): Promise<void> {
    if (this.#download) this.#avoid.add(this.#download.bot.id)
    await this.#leave()
    this.#copies.push(...this.#copies.splice(0, 1))
  }

  #giveUp(copy: ChannelCopy, error: CopyFault | ProductError): void {
    this.#copies.splice(this.#copies.indexOf(copy), 1)
    this.#failures.push(error)
  }

  async #countFault(cause: TelegramError): Promise<void> {
    if (++this.#faults >= MAX_FAULTS) {
      throw new StoreUnavailableError('Telegram does not give the bytes.', { why: cause.message, cause })
    }
    await this.#downloads.clock.sleep(FIRST_WAIT_MS * 2 ** (this.#faults - 1), this.#options.signal)
  }

  async #leave(): Promise<void> {
    const download = this.#download
    this.#download = null
    download?.load[Symbol.dispose]()
    download?.end()
    await download?.bytes.return?.().catch(() => {})
  }

  #placed(piece: Uint8Array, at: number): Uint8Array {
    const { into } = this.#options
    if (!into) return piece
    into.set(piece, at)
    return into.subarray(at, at + piece.byteLength)
  }

  /** Why none of the copies can be read: what may pass first, for then nothing is known to be lost. */
  #verdict(): unknown {
    const passing = this.#failures.find((error) => error instanceof ProductError)
    if (passing) return passing
    const cause = this.#failures.find((error) => !(error instanceof MessageMissingError)) ?? this.#failures[0]
    if (cause instanceof MessageMissingError) return notFound(this.#blob.ref, cause)
    return new BlobDamagedError('What Telegram gives is not what was stored.', { why: cause?.message ?? '', cause })
  }
}

export function notFound(ref: BlobRef, cause?: Error): BlobNotFoundError {
  return new BlobNotFoundError('The stored bytes are not in the channel any more.', {
    why: cause?.message ?? `Nothing is known of ${ref}.`,
    ...(cause && { cause }),
  })
}
