import type { MessagePlace, SendIntent } from '#domain/channel-ledger.ts'
import { refOf } from './caption.ts'
import { judgeMessage, type Verdict } from './judge-message.ts'
import type { MessageRemover } from './delete-blob.ts'
import type { MessageLooker, SeenMessage } from './look-at-message.ts'
import { type Probe, withProbe } from './probe.ts'
import { isSamePlace } from './same-place.ts'
import type { StoreParts } from './store-parts.ts'

export interface ScanOptions {
  readonly signal?: AbortSignal | undefined
  /** Takes every message of this library for a stored blob: only to fill an empty ledger from the channel. */
  readonly adoptUnknown?: boolean
  /** Gives way to whoever stores or plays. */
  readonly background?: boolean
  /** Told now and then: ids that are dealt with, and how many there are. */
  readonly onProgress?: (done: number, total: number) => void
}

export interface ScanReport {
  readonly chatId: number
  /** Ids that nothing was known of. */
  looked: number
  /** Messages whose answer had been lost, and that now are blobs. */
  adopted: number
  /** Messages of ours that nothing needs. */
  deleted: number
  /** Such that Telegram does not let go. */
  undeletable: number
  foreign: number
  missing: number
  /** Ids that somebody is still working on; the next scan looks at them. */
  skipped: number
}

/** Asked of the ledger at once. */
const WINDOW_IDS = 1000
/** Looks at a time: enough for every bot to have something to do. */
const PARALLEL = 8

export interface Scanning {
  readonly parts: StoreParts
  readonly looker: MessageLooker
  readonly remover: MessageRemover
  readonly copiesWanted: number
}

/**
 * The gap scan (telegram.md §5): looks at every id since the last scan that no row owns. An answer that was lost is found,
 * what is not needed is deleted, what is not ours is never touched. Two in a row end with nothing left to do.
 */
export async function scanChannel(scanning: Scanning, chatId: number, options: ScanOptions = {}): Promise<ScanReport> {
  const { parts } = scanning
  const before = await parts.ledger.intents()
  const scan = new ChannelScan(scanning, chatId, options)
  const clearedTo = await withProbe(parts, chatId, options, (probe) => scan.run(probe))
  if (scan.report.skipped === 0) await scan.finish(clearedTo, before)
  return scan.report
}

class ChannelScan {
  readonly report: ScanReport
  readonly #scanning: Scanning
  readonly #chatId: number
  readonly #options: ScanOptions
  #lowestSkipped = Number.POSITIVE_INFINITY

  constructor(scanning: Scanning, chatId: number, options: ScanOptions) {
    this.#scanning = scanning
    this.#chatId = chatId
    this.#options = options
    this.report = { chatId, looked: 0, adopted: 0, deleted: 0, undeletable: 0, foreign: 0, missing: 0, skipped: 0 }
  }

  /** Resolves with the id of the probe. */
  async run(probe: Probe): Promise<number> {
    const { ledger, reached } = this.#scanning.parts
    const top = probe.place.messageId
    const mark = await ledger.mark(this.#chatId)
    for (let first = mark + 1; first < top; first += WINDOW_IDS) {
      const last = Math.min(first + WINDOW_IDS, top) - 1
      const known = await ledger.knownIds(this.#chatId, first, last)
      await this.#lookAtAll(first, last, known, probe)
      await ledger.setMark(this.#chatId, Math.min(last, this.#lowestSkipped - 1))
      reached('mark-moved')
      this.#options.onProgress?.(last - mark, top - 1 - mark)
    }
    return top
  }

  /**
   * The probe is deleted, or its deletion is left to the next scan. Intents from before this scan are answered: what
   * arrives later gets a higher id and is then found to be of no use.
   */
  async finish(probeId: number, before: readonly SendIntent[]): Promise<void> {
    const { ledger, inFlight, reached } = this.#scanning.parts
    const known = await ledger.knownIds(this.#chatId, probeId, probeId)
    if (known.has(probeId)) await ledger.setMark(this.#chatId, probeId)
    const answered = before.filter(({ chatId, nonce }) => chatId === this.#chatId && !inFlight.awaits(nonce))
    for (const { nonce, ref } of answered) if (!inFlight.isBusy(ref)) await ledger.closeIntent(nonce)
    if (answered.length > 0) reached('intents-closed')
  }

  /** Lowest first. The window ends where all of it was looked at, or with the first failure. */
  async #lookAtAll(first: number, last: number, known: ReadonlySet<number>, probe: Probe): Promise<void> {
    let next = first
    // The first failure also ends the waits of the others; its reason is what is thrown.
    const failed = new AbortController()
    const { signal } = this.#options
    const either = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal
    const work = async () => {
      while (next <= last && !either.aborted) {
        const messageId = next++
        if (known.has(messageId)) continue
        await this.#lookAt({ chatId: this.#chatId, messageId }, probe, either).catch((error) => failed.abort(error))
      }
    }
    await Promise.all(Array.from({ length: PARALLEL }, work))
    either.throwIfAborted()
  }

  async #lookAt(place: MessagePlace, probe: Probe, signal: AbortSignal): Promise<void> {
    const { parts, looker } = this.#scanning
    const seen = await looker.lookWith(probe, place, { ...this.#options, signal })
    this.report.looked++
    const verdict = judgeMessage(seen, { libraryId: parts.libraryId, inFlight: parts.inFlight })
    if (verdict.kind !== 'ours') return this.#settle(place, verdict)
    const { caption } = verdict
    const ref = refOf(caption)
    // Who is storing or deleting it now knows more than can be seen from here.
    if (parts.inFlight.isBusy(ref)) return this.#skip(place)
    await parts.inFlight.briefly(ref, () => this.#decide(place, seen as SeenMessage, verdict), signal)
  }

  async #decide(place: MessagePlace, seen: SeenMessage, { caption, isWhole }: OurVerdict): Promise<void> {
    const { parts, copiesWanted } = this.#scanning
    const ref = refOf(caption)
    const blob = await parts.ledger.blob(ref)
    const copies = blob?.copies ?? []
    if (copies.some((copy) => isSamePlace(copy, place))) return
    const stored = copies.filter(({ state }) => state === 'stored')
    const isMissingHere = isWhole && !stored.some(({ chatId }) => chatId === place.chatId)
    const intent = (await parts.ledger.intents()).find(({ nonce }) => nonce === caption.nonce)
    if (intent?.chatId === place.chatId && isMissingHere && stored.length < copiesWanted) {
      return this.#adopt(place, seen, (copy) => parts.ledger.settleIntent(caption.nonce, copy))
    }
    if (this.#options.adoptUnknown && isMissingHere) {
      const { name, byteLength, sha256 } = caption
      return this.#adopt(place, seen, (copy) => parts.ledger.addCopy({ ref, name, byteLength, sha256 }, copy))
    }
    await this.#remove(place)
  }

  async #adopt(
    place: MessagePlace,
    { document, botId }: SeenMessage,
    write: (copy: MessagePlace & { readonly fileUniqueId: string; readonly state: 'stored' }) => Promise<void>,
  ): Promise<void> {
    const { ledger, reached } = this.#scanning.parts
    await write({ ...place, fileUniqueId: document?.fileUniqueId ?? '', state: 'stored' })
    if (document) await ledger.saveHandle(place, botId, document.fileId)
    this.report.adopted++
    reached('adopted')
  }

  async #settle(place: MessagePlace, verdict: Exclude<Verdict, OurVerdict>): Promise<void> {
    if (verdict.kind === 'under-way') return this.#skip(place)
    if (verdict.kind === 'unwanted') return this.#remove(place)
    await this.#scanning.parts.ledger.noteId(place, verdict.kind)
    this.report[verdict.kind]++
  }

  async #remove(place: MessagePlace): Promise<void> {
    const { ledger, reached } = this.#scanning.parts
    const outcome = await this.#scanning.remover.remove(place)
    await ledger.noteId(place, outcome === 'deleted' ? 'missing' : 'foreign')
    this.report[outcome]++
    reached('orphan-deleted')
  }

  #skip({ messageId }: MessagePlace): void {
    this.#lowestSkipped = Math.min(this.#lowestSkipped, messageId)
    this.report.skipped++
  }
}

type OurVerdict = Extract<Verdict, { kind: 'ours' }>
