import { createHash } from 'node:crypto'
import type { BlobSource } from '#domain/blob-store.ts'
import type { ChannelLedger } from '#domain/channel-ledger.ts'
import type { ProductEvent } from '#domain/events.ts'
import { memoryChannelLedger } from '#adapters/memory/memory-channel-ledger.ts'
import { type EmulatedTelegram, startTelegram, type TelegramOptions } from '#test/support/telegram/start-telegram.ts'
import { BotApi } from './bot-api.ts'
import { PacedLanes } from './paced-lanes.ts'
import { TelegramBlobStore, type TelegramStoreOptions } from './telegram-blob-store.ts'

export const LIBRARY = 'library_001'

/** A store in a Telegram of its own, whose time runs fast. */
export interface StoreInTelegram extends AsyncDisposable {
  readonly telegram: EmulatedTelegram
  readonly lanes: PacedLanes
  readonly ledger: ChannelLedger
  readonly store: TelegramBlobStore
  readonly events: ProductEvent[]
  /** The first channel. */
  readonly chatId: number
  /** Another store, as after a restart: same ledger unless told otherwise, same channels. */
  again(options?: Partial<TelegramStoreOptions>): Promise<TelegramBlobStore>
}

/** How many times faster than the wall the time of tests runs. */
const SPEED = 50

/** Bots take turns in the channels; each is an administrator of all. */
export async function storeInTelegram(
  options: Partial<TelegramStoreOptions> & { readonly telegram?: TelegramOptions } = {},
): Promise<StoreInTelegram> {
  const { telegram: about, ...rest } = options
  const telegram = await startTelegram({ speed: SPEED, ...about })
  const { clock } = telegram
  const events: ProductEvent[] = []
  const listener = { emit: (event: ProductEvent) => void events.push(event) }
  const ledger = rest.ledger ?? memoryChannelLedger()
  const opened: PacedLanes[] = []
  const open = async (more: Partial<TelegramStoreOptions>) => {
    const bots = telegram.bots.map(({ token }, index) => ({
      bot: new BotApi({ token, setting: `BOT_TOKEN_${index + 1}`, apiRoot: telegram.root, clock }),
      chatId: telegram.channels[index % telegram.channels.length]?.id ?? null,
    }))
    const lanes = await PacedLanes.open({ bots, ledger, clock, events: listener })
    opened.push(lanes)
    const botIds = bots.map(({ bot }) => bot.id)
    const parts = { lanes, ledger, clock, events: listener, libraryId: LIBRARY, botIds }
    return { lanes, store: new TelegramBlobStore({ ...parts, ...rest, ...more }) }
  }
  const { lanes, store } = await open({})
  return {
    telegram,
    lanes,
    ledger,
    store,
    events,
    chatId: telegram.channels[0]?.id ?? 0,
    again: async (more = {}) => (await open(more)).store,
    async [Symbol.asyncDispose]() {
      for (const each of opened) await each[Symbol.asyncDispose]()
      await telegram[Symbol.asyncDispose]()
    },
  }
}

/** Bytes that look random and are the same every time. */
export function noise(byteLength: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(byteLength)
  let state = seed + 1
  for (let at = 0; at < byteLength; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    bytes[at] = state >>> 16
  }
  return bytes
}

export function sourceOf(name: string, bytes: Uint8Array): BlobSource {
  return {
    name,
    byteLength: bytes.byteLength,
    async *open() {
      for (let from = 0; from < bytes.byteLength; from += 7000) yield bytes.subarray(from, from + 7000)
    },
  }
}

export async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(chunks))
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
