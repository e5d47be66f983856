import type { BotLedger } from '#domain/channel-ledger.ts'
import { TelegramError } from './api-error.ts'
import { BotApi } from './bot-api.ts'
import type { Clock } from './clock.ts'
import {
  type KeptMessage,
  type LiveFacts,
  readKeptMessage,
  readLiveFacts,
  saveKeptMessage,
  saveLiveFacts,
} from './live-facts.ts'
import { LiveMessages } from './live-messages.ts'

export interface LiveOptions {
  /** The first measures; a second one, if any, answers what takes two. Nobody else may use them meanwhile. */
  readonly bots: readonly BotApi[]
  /** Where all of them may post and delete. */
  readonly chatId: number
  readonly apiRoot: string
  readonly ledger: BotLedger
  readonly clock: Clock
  readonly random: (byteLength: number) => Uint8Array
  readonly libraryId: string
  readonly signal?: AbortSignal
}

/** One question, and its answer in words. */
export interface LiveFinding {
  readonly name: string
  /** `warning`: it could not be found out (yet). */
  readonly state: 'good' | 'warning'
  readonly detail: string
}

const MOST_SENDS = 30
/** At one a second they go over 20 a minute in any case. */
const MOST_SENDS_IN_A_ROW = 40
/** A little slower than the documented one a second. */
const ONE_SEND_MS = 1050
/** What the service counts over a minute wears off in it. */
const REST_MS = 65_000
const SAMPLE_BYTES = 4_000_000
/** Telegram says 48 hours; an hour more leaves no doubt. */
const OLD_MS = 49 * 3_600_000

/**
 * Asks the live service what its documents leave open (telegram.md §11): at most 80 small messages in one channel, over some three
 * minutes, all of them deleted again but one, which a later run tries to delete. Answers are kept in the ledger, where the lanes look for them.
 */
export async function* measureLive(options: LiveOptions): AsyncGenerator<LiveFinding> {
  const live = new Live(options)
  const questions: readonly (readonly [name: string, ask: () => Promise<Answer>])[] = [
    ['wrong token', () => live.badToken()],
    ['speed of one bot', () => live.speed()],
    ['ranges of files', () => live.ranges()],
    ['the same bytes sent twice', () => live.sameBytes()],
    ['files of other bots', () => live.foreignEdit()],
    ['a pin', () => live.pins()],
    ['deleting after 48 hours', () => live.oldDelete()],
    // The last questions, since bots have to wait after them.
    ['messages in a row', () => live.pace()],
    ['limit of a second bot', () => live.sharedPace()],
  ]
  await live.resume()
  try {
    for (const [name, ask] of questions) {
      options.signal?.throwIfAborted()
      const answer = await answerOf(ask, options.signal)
      yield { name, state: answer.known === undefined ? 'warning' : 'good', detail: answer.known ?? answer.unknown }
    }
  } finally {
    await live.cleanUp()
  }
}

type Answer = { readonly known: string } | { readonly known?: undefined; readonly unknown: string }

const NOT_MEASURED = { unknown: 'not measured' }

/** A question that fails is one without an answer; the others go on. */
async function answerOf(ask: () => Promise<Answer>, signal: AbortSignal | undefined): Promise<Answer> {
  try {
    return await ask()
  } catch (error) {
    signal?.throwIfAborted()
    if (!(error instanceof TelegramError)) throw error
    return { unknown: `no answer (${error.message})` }
  }
}

class Live {
  readonly #options: LiveOptions
  readonly #bot: BotApi
  readonly #second: BotApi | undefined
  readonly #messages: LiveMessages
  #facts: LiveFacts
  #sample: { readonly messageId: number; readonly fileId: string } | undefined

  constructor(options: LiveOptions) {
    const [first, second] = options.bots
    if (!first) throw new TypeError('There is no bot to measure with.')
    this.#options = options
    this.#bot = first
    this.#second = second
    this.#messages = new LiveMessages(options)
    this.#facts = { ...NOTHING_KNOWN, measuredAt: new Date(options.clock.wallMs()).toISOString() }
  }

  /** What former processes were told to wait counts here too. */
  async resume(): Promise<void> {
    await this.#messages.resume(this.#options.bots)
  }

  async badToken(): Promise<Answer> {
    const { apiRoot, clock } = this.#options
    const nobody = new BotApi({
      token: '1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
      setting: 'a wrong token',
      apiRoot,
      clock,
    })
    const error = await nobody.getMe(this.#options.signal).catch((reason: unknown) => reason)
    const badTokenStatus = error instanceof TelegramError && error.status > 0 ? error.status : null
    this.#know({ badTokenStatus })
    return badTokenStatus === null ? NOT_MEASURED : { known: `is answered ${badTokenStatus}` }
  }

  async speed(): Promise<Answer> {
    const { clock, random } = this.#options
    const bytes = random(SAMPLE_BYTES)
    const startMs = clock.nowMs()
    const sent = await this.#messages.send(this.#bot, bytes)
    const sentMs = clock.nowMs()
    this.#sample = sent
    const { filePath } = await this.#bot.filePath(sent.fileId, this.#options.signal)
    const linkedMs = clock.nowMs()
    const { bytes: coming } = await this.#bot.download(filePath, { signal: this.#options.signal })
    for await (const _ of coming);
    const uploadBytesPerSec = Math.round(SAMPLE_BYTES / ((sentMs - startMs) / 1000))
    const downloadBytesPerSec = Math.round(SAMPLE_BYTES / ((clock.nowMs() - linkedMs) / 1000))
    this.#know({ uploadBytesPerSec, downloadBytesPerSec })
    const words = (perSec: number) => `${(perSec / 1e6).toFixed(1)} MB/s`
    return { known: `${words(uploadBytesPerSec)} up, ${words(downloadBytesPerSec)} down` }
  }

  async ranges(): Promise<Answer> {
    if (!this.#sample) return NOT_MEASURED
    const { filePath } = await this.#bot.filePath(this.#sample.fileId, this.#options.signal)
    const leave = new AbortController()
    const { status } = await this.#bot.download(filePath, { offset: SAMPLE_BYTES / 2, signal: leave.signal })
    leave.abort()
    this.#know({ rangesWork: status === 206 })
    return { known: status === 206 ? 'are served' : 'are not served: files come whole' }
  }

  async sameBytes(): Promise<Answer> {
    const bytes = this.#options.random(1000)
    const ids = [await this.#messages.send(this.#bot, bytes), await this.#messages.send(this.#bot, bytes)].map(
      (sent) => sent.fileUniqueId,
    )
    const sameBytesSameId = ids[0] === ids[1]
    this.#know({ sameBytesSameId })
    return { known: sameBytesSameId ? 'are one file' : 'are two files' }
  }

  async foreignEdit(): Promise<Answer> {
    if (!this.#second || !this.#sample) return NOT_MEASURED
    const place = { chatId: this.#options.chatId, messageId: this.#sample.messageId }
    const edited = await this.#second.editCaption(place, this.#messages.caption(), this.#options.signal)
    const editGivesHandle = edited !== null
    this.#know({ editGivesHandle })
    return { known: editGivesHandle ? 'show when their caption is edited' : 'need a forward to be seen' }
  }

  async pins(): Promise<Answer> {
    const { chatId, signal } = this.#options
    const pinned = await this.#messages.send(this.#bot, this.#options.random(10))
    await this.#bot.pin({ chatId, messageId: pinned.messageId }, signal)
    const next = await this.#messages.send(this.#bot, this.#options.random(10))
    const gap = next.messageId - pinned.messageId - 1
    // The note "pinned a message" is of no use without what it speaks of.
    if (gap === 1) this.#messages.toDelete.push(pinned.messageId + 1)
    this.#know({ pinTakesId: gap > 0 })
    return { known: gap > 0 ? 'writes a message of its own' : 'writes nothing' }
  }

  /** Takes two runs, two days apart. */
  async oldDelete(): Promise<Answer> {
    const { ledger, clock, chatId } = this.#options
    const kept = await readKeptMessage(ledger)
    if (!kept) {
      const { messageId } = await this.#messages.send(this.#bot, this.#options.random(10), KEPT_CAPTION)
      await saveKeptMessage(ledger, { chatId, messageId, sentAtMs: clock.wallMs() })
      return { unknown: 'one message is kept; a run in two days or later tries to delete it' }
    }
    const dueMs = kept.sentAtMs + OLD_MS
    if (clock.wallMs() < dueMs) {
      return { unknown: `can be measured from ${new Date(dueMs).toISOString().slice(0, 16)}Z on` }
    }
    return await this.#tryOldDelete(kept)
  }

  /** As fast as it goes until Telegram says stop; then one a second until it says so again. */
  async pace(): Promise<Answer> {
    const { clock, signal } = this.#options
    await clock.sleep(REST_MS, signal)
    const burst = await this.#messages.sendUntilLimited(this.#bot, MOST_SENDS, 0)
    this.#know({ burst, sendsTried: MOST_SENDS })
    if (burst === null) return { known: `${MOST_SENDS} without a limit` }
    const startMs = clock.nowMs()
    const sendsInARow = await this.#messages.sendUntilLimited(this.#bot, MOST_SENDS_IN_A_ROW, ONE_SEND_MS)
    this.#know({ sendsInARow })
    const begins = `${burst} at once`
    if (sendsInARow === null) return { known: `${begins}, then one a second without a limit` }
    const heldSec = Math.ceil((this.#bot.gate.heldUntilMs('send') - clock.nowMs()) / 1000)
    const seconds = Math.round((clock.nowMs() - startMs) / 1000)
    return { known: `${begins}, then ${sendsInARow} in ${seconds} s until a wait of ${heldSec} s` }
  }

  async sharedPace(): Promise<Answer> {
    if (!this.#second || this.#facts.sendsInARow === null) return NOT_MEASURED
    const limitIsShared = (await this.#messages.sendUntilLimited(this.#second, 1, 0)) !== null
    this.#know({ limitIsShared })
    return { known: limitIsShared ? 'is shared with the first' : 'is its own' }
  }

  /** Takes everything away again and keeps what was learned, whatever happened. */
  async cleanUp(): Promise<void> {
    const { ledger } = this.#options
    const before = await readLiveFacts(ledger)
    const oldDeletesWork = this.#facts.oldDeletesWork ?? before?.oldDeletesWork ?? null
    await saveLiveFacts(ledger, { ...this.#facts, oldDeletesWork })
    await this.#messages.cleanUp([this.#bot, ...(this.#second ? [this.#second] : [])])
  }

  async #tryOldDelete(kept: KeptMessage): Promise<Answer> {
    const error = await this.#bot.deleteMessages(kept.chatId, [kept.messageId], this.#options.signal).then(
      () => null,
      (reason: unknown) => reason,
    )
    if (error !== null && !(error instanceof TelegramError && error.kind === 'refused')) throw error
    this.#know({ oldDeletesWork: error === null })
    await saveKeptMessage(this.#options.ledger, null)
    return { known: error === null ? 'works' : 'is refused' }
  }

  #know(facts: Partial<LiveFacts>): void {
    this.#facts = { ...this.#facts, ...facts }
  }
}

/** Not in the words of our captions, so that no scan takes it away. */
const KEPT_CAPTION = 'Kept for two days, to measure whether old messages can be deleted.'

const NOTHING_KNOWN = {
  sendsTried: 0,
  burst: null,
  sendsInARow: null,
  limitIsShared: null,
  rangesWork: null,
  oldDeletesWork: null,
  sameBytesSameId: null,
  editGivesHandle: null,
  pinTakesId: null,
  badTokenStatus: null,
  uploadBytesPerSec: null,
  downloadBytesPerSec: null,
} as const
