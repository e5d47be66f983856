import { createHash } from 'node:crypto'
import { TelegramError } from './api-error.ts'
import type { BotApi } from './bot-api.ts'
import { missingRights } from './bot-rights.ts'
import { formatCaption } from './caption.ts'
import type { MessagePlace } from '#domain/channel-ledger.ts'
import type { Clock } from './clock.ts'
import type { DocumentToSend } from './upload-document.ts'

export interface BotTestOptions {
  /** `chat`: where it stores, as it is set (id or `@name`); null for a bot that only reads. */
  readonly bots: readonly { readonly bot: BotApi; readonly chat: number | string | null }[]
  readonly clock: Clock
  readonly random: (byteLength: number) => Uint8Array
  /** With it, a test message that could not be deleted is removed by the next scan. */
  readonly libraryId: string | null
  /** Where messages are looked at (see `MessageLooker`); a bot that is refused there does it in the channel. */
  readonly scratchChatId?: number
  readonly signal?: AbortSignal
}

export type BotTestStep = 'token' | 'channel' | 'rights' | 'write' | 'read' | 'compare' | 'delete'

export interface BotTestResult {
  /** The setting the token came from. */
  readonly setting: string
  readonly username: string | null
  /** As far as it came; the last is the one that failed, or `delete`, which is tried whenever something was written. */
  readonly steps: readonly { readonly name: BotTestStep; readonly ok: boolean; readonly elapsedMs: number }[]
  /** Null when every step passed. */
  readonly fault: { readonly message: string; readonly fix: string } | null
}

const TEST_BYTES = 1_000_000
const READ_BYTES = 100_000
/** When Telegram asks to wait no longer than this, the test does. */
const LONGEST_WAIT_MS = 60_000

/**
 * One bot after the other: who it is, its channel, its rights; writes 1 MB, reads it back, compares it, deletes it. One that
 * only reads does so in every channel, with what a bot that stores there wrote.
 */
export async function* testBots(options: BotTestOptions): AsyncGenerator<BotTestResult> {
  for (const { bot, chat } of options.bots) {
    options.signal?.throwIfAborted()
    yield await new BotTest(options, bot).run(chat)
  }
}

/** A step that did not pass, in words. */
class StepFault extends Error {
  readonly fix: string

  constructor(message: string, fix: string) {
    super(message)
    this.fix = fix
  }
}

class BotTest {
  readonly #options: BotTestOptions
  readonly #bot: BotApi
  readonly #steps: BotTestResult['steps'][number][] = []
  #fault: BotTestResult['fault'] = null
  #username: string | null = null

  constructor(options: BotTestOptions, bot: BotApi) {
    this.#options = options
    this.#bot = bot
  }

  async run(chat: number | string | null): Promise<BotTestResult> {
    const identity = await this.#step('token', (signal) => this.#bot.getMe(signal))
    this.#username = identity?.username ?? null
    if (identity && chat !== null) await this.#testChannel(chat)
    if (identity && chat === null) await this.#testReading()
    return { setting: this.#bot.setting, username: this.#username, steps: this.#steps, fault: this.#fault }
  }

  /** In each channel that a bot stores in, until one is wrong. */
  async #testReading(): Promise<void> {
    const writers = new Map(
      this.#options.bots.flatMap(({ bot, chat }) => (chat === null ? [] : [[chat, bot] as const])),
    )
    for (const [chat, writer] of writers) {
      const info = await this.#findChannel(chat)
      if (info) await this.#testReadingFrom(info.id, writer)
      if (this.#fault) return
    }
  }

  async #testReadingFrom(chatId: number, writer: BotApi): Promise<void> {
    const bytes = this.#options.random(READ_BYTES)
    const sent = await this.#step('write', (signal) =>
      writer.sendDocument(chatId, this.#document(bytes), signal).catch((error: unknown) => {
        throw faultOfWriter(writer, error)
      }),
    )
    if (!sent) return
    await this.#testReadBack(bytes, async (signal) => this.#seen({ chatId, messageId: sent.messageId }, signal))
    await this.#step('delete', (signal) => writer.deleteMessages(chatId, [sent.messageId], signal))
  }

  /** As the store does it: a bot learns of a file by copying its message elsewhere. */
  async #seen(place: MessagePlace, signal: AbortSignal | undefined): Promise<{ readonly fileId: string }> {
    const { scratchChatId = place.chatId } = this.#options
    const forward = async (toChatId: number) => {
      const copy = await this.#bot.forward(place, toChatId, signal)
      await this.#bot.deleteMessages(toChatId, [copy.messageId], signal)
      return copy
    }
    const { document } = await forward(scratchChatId).catch((error: unknown) => {
      const isClosed = error instanceof TelegramError && error.kind === 'no-access' && scratchChatId !== place.chatId
      if (!isClosed) throw error
      return forward(place.chatId)
    })
    if (!document) throw new StepFault(CHANGED, CHANGED_FIX)
    return document
  }

  async #findChannel(chat: number | string) {
    return this.#step('channel', async (signal) => {
      const found = await this.#bot.getChat(chat, signal)
      if (found.isProtected)
        throw new StepFault(`“${found.title}” forbids saving and forwarding its content.`, ALLOW_SAVING)
      return found
    })
  }

  async #testChannel(chat: number | string): Promise<void> {
    const info = await this.#findChannel(chat)
    if (!info) return
    const mayGoOn = await this.#step('rights', async (signal) => {
      const missing = missingRights(await this.#bot.getMember(info.id, signal))
      if (missing.length === 0) return true
      const rights = missing.map((right) => `“${right}”`).join(', ')
      const fix = `In “${info.title}”, make @${this.#username} an administrator with the right ${rights}.`
      throw new StepFault(`The bot lacks the right ${rights} in “${info.title}”.`, fix)
    })
    if (mayGoOn) await this.#testRoundTrip(info.id)
  }

  async #testRoundTrip(chatId: number): Promise<void> {
    const bytes = this.#options.random(TEST_BYTES)
    const sent = await this.#step('write', (signal) => this.#bot.sendDocument(chatId, this.#document(bytes), signal))
    if (!sent) return
    await this.#testReadBack(bytes, async () => sent)
    await this.#step('delete', (signal) => this.#bot.deleteMessages(chatId, [sent.messageId], signal))
  }

  async #testReadBack(bytes: Uint8Array, fileOf: (signal?: AbortSignal) => Promise<{ readonly fileId: string }>) {
    const read = await this.#step('read', async (signal) => {
      const { filePath } = await this.#bot.filePath((await fileOf(signal)).fileId, signal)
      const { bytes: coming } = await this.#bot.download(filePath, { signal })
      const hash = createHash('sha256')
      for await (const chunk of coming) hash.update(chunk)
      return hash.digest('hex')
    })
    if (!read) return
    await this.#step('compare', async () => {
      if (read !== createHash('sha256').update(bytes).digest('hex')) throw new StepFault(CHANGED, CHANGED_FIX)
    })
  }

  #document(bytes: Uint8Array): DocumentToSend {
    const { libraryId, random } = this.#options
    const nonce = Buffer.from(random(8)).toString('base64url')
    return {
      fileName: `${nonce}.bin`,
      byteLength: bytes.byteLength,
      caption:
        libraryId === null ? 'Test of a bot; may be deleted.' : formatCaption({ kind: 'probe', libraryId, nonce }),
      async *open() {
        yield bytes
      },
    }
  }

  /** Undefined when it failed; then what is wrong is noted, unless something was before. */
  async #step<T>(name: BotTestStep, work: (signal: AbortSignal | undefined) => Promise<T>): Promise<T | undefined> {
    const { clock, signal } = this.#options
    const startMs = clock.nowMs()
    const end = (ok: boolean) => void this.#steps.push({ name, ok, elapsedMs: clock.nowMs() - startMs })
    try {
      const result = await this.#patiently(work)
      end(true)
      return result
    } catch (error) {
      signal?.throwIfAborted()
      end(false)
      this.#fault ??= faultOf(name, error)
      return undefined
    }
  }

  /** Waits once when Telegram asks to. */
  async #patiently<T>(work: (signal: AbortSignal | undefined) => Promise<T>): Promise<T> {
    const { clock, signal } = this.#options
    try {
      return await work(signal)
    } catch (error) {
      const isShort =
        error instanceof TelegramError && error.kind === 'rate-limited' && error.retryAfterMs <= LONGEST_WAIT_MS
      if (!isShort) throw error
      await clock.sleep(error.retryAfterMs, signal)
      return await work(signal)
    }
  }
}

const ALLOW_SAVING = 'In the settings of the channel, allow saving its content: else no other bot can be shown a file.'
const CHANGED = 'The bytes that came back are not those that were written.'
const CHANGED_FIX = 'Look whether a proxy or a Bot API server of your own changes files on their way.'

/** Not the fault of the bot under test. */
function faultOfWriter({ setting }: BotApi, error: unknown): unknown {
  if (!(error instanceof TelegramError) || error.kind === 'rate-limited') return error
  const message = `${setting} could not write the file that was to be read (${error.message}).`
  return new StepFault(message, 'Mend that bot first, then test again.')
}

function faultOf(step: BotTestStep, error: unknown): { message: string; fix: string } {
  if (error instanceof StepFault) return { message: error.message, fix: error.fix }
  if (!(error instanceof TelegramError)) throw error
  return { message: `${sentenceOf(step, error)} (${error.message}).`, fix: fixOf(step, error) }
}

/** A bot or channel that could not be asked about is not one that is unknown. */
function sentenceOf(step: BotTestStep, { kind }: TelegramError): string {
  if (step === 'token' || step === 'channel') {
    if (kind === 'ambiguous') return 'Telegram gave no answer'
    if (kind === 'rate-limited') return 'Telegram lets the bot wait'
  }
  return SENTENCES[step]
}

function fixOf(step: BotTestStep, error: TelegramError): string {
  if (error.kind === 'rate-limited') {
    return `Telegram asks this bot to wait: test it again in ${Math.ceil(error.retryAfterMs / 1000)} seconds.`
  }
  if (error.kind === 'ambiguous') return 'Check the connection to the internet and BOT_API_ROOT, then test again.'
  return error.fix ?? FIXES[step]
}

const SENTENCES: Readonly<Record<BotTestStep, string>> = {
  token: 'Telegram does not know the bot',
  channel: 'The bot does not find its channel',
  rights: 'What the bot may do in the channel cannot be seen',
  write: 'The bot could not write a file into the channel',
  read: 'The file that was just written could not be read back',
  compare: CHANGED,
  delete: 'The file that was just written could not be deleted',
}

const FIXES: Readonly<Record<BotTestStep, string>> = {
  token: 'Ask @BotFather for the token and put it into the setting.',
  channel: 'Check CHAT_ID, and add the bot to that channel as an administrator.',
  rights: 'Add the bot to the channel as an administrator.',
  write: 'Make the bot an administrator of the channel who may post messages.',
  read: 'Test again; with a Bot API server of your own, see that it serves files.',
  compare: CHANGED_FIX,
  delete: 'Give the bot the right to delete messages, then delete the test message by hand.',
}
