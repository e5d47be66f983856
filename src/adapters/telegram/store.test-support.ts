import { createHash } from 'node:crypto'
import type { BlobSource } from '#domain/blob-store.ts'
import type { ChannelLedger } from '#domain/channel-ledger.ts'
import type { ProductEvent } from '#domain/events.ts'
import { memoryChannelLedger } from '#adapters/memory/memory-channel-ledger.ts'
import { type EmulatedTelegram, startTelegram, type TelegramOptions } from '#test/support/telegram/start-telegram.ts'
import { BotApi } from './bot-api.ts'
import type { Lanes } from './lane.ts'
import { DEFAULT_TUNING, type LaneTuning } from './lane-tuning.ts'
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
  again(options?: StoreWish): Promise<TelegramBlobStore>
}

/** The emulator lets all pass unless told otherwise; how bots are paced is tested elsewhere. */
const QUICK: LaneTuning = {
  ...DEFAULT_TUNING,
  chat: { startPerSec: 20, maxPerSec: 20, burst: 20 },
  deletes: { startPerSec: 20, maxPerSec: 20, burst: 20 },
}

/** How many times faster than the wall the time of tests runs. */
const SPEED = 50

export interface StoreWish extends Partial<TelegramStoreOptions> {
  /** What the store sees of the lanes. */
  readonly wrapLanes?: (lanes: Lanes) => Lanes
}

export interface TelegramWish {
  readonly telegram?: TelegramOptions
  /** How many of the bots, the last ones, only read. */
  readonly streaming?: number
  /** Before the bots are put to work. */
  readonly prepare?: (telegram: EmulatedTelegram) => unknown
}

/** Bots take turns in the channels; each is an administrator of all. */
export async function storeInTelegram(
  options: Partial<TelegramStoreOptions> & TelegramWish = {},
): Promise<StoreInTelegram> {
  const { telegram: about, prepare, streaming = 0, ...rest } = options
  const telegram = await startTelegram({ speed: SPEED, ...about })
  prepare?.(telegram)
  const { clock } = telegram
  const events: ProductEvent[] = []
  const listener = { emit: (event: ProductEvent) => void events.push(event) }
  const ledger = rest.ledger ?? memoryChannelLedger()
  const opened: PacedLanes[] = []
  const open = async (more: StoreWish) => {
    const storing = telegram.bots.length - streaming
    const bots = telegram.bots.map(({ token }, index) => {
      const isStoring = index < storing
      const setting = isStoring ? `BOT_TOKEN_${index + 1}` : `MULTI_TOKEN${index + 1 - storing}`
      const chatId = isStoring ? (telegram.channels[index % telegram.channels.length]?.id ?? null) : null
      return { bot: new BotApi({ token, setting, apiRoot: telegram.root, clock }), chatId }
    })
    const kept = more.ledger ?? ledger
    const lanes = await PacedLanes.open({ bots, ledger: kept, clock, events: listener, tuning: QUICK })
    // The dead close nothing.
    if (!more.wrapLanes) opened.push(lanes)
    const botIds = bots.map(({ bot }) => bot.id)
    const parts = {
      lanes: more.wrapLanes?.(lanes) ?? lanes,
      ledger,
      clock,
      events: listener,
      libraryId: LIBRARY,
      botIds,
      streamingBotIds: botIds.slice(storing),
    }
    const { wrapLanes: _, ...given } = more
    return { lanes, store: new TelegramBlobStore({ ...parts, ...rest, ...given }) }
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

/**
 * Resolves when no call is under way any more: what the dead of these tests had handed to their sockets still leaves, which
 * a real death prevents.
 */
export async function silence({ journal }: EmulatedTelegram): Promise<void> {
  for (let quietMs = 0, calls = -1; quietMs < 20; quietMs += 5) {
    await new Promise((resolve) => setTimeout(resolve, 5))
    const isBusy = calls !== journal.calls.length || journal.calls.some(({ endedMs }) => endedMs === undefined)
    if (isBusy) quietMs = 0
    calls = journal.calls.length
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

/** How the ledger and the channels differ, as the emulator knows. */
export interface Differences {
  /** Messages of the library that no stored copy stands for. */
  readonly orphans: readonly string[]
  /** Stored copies whose message is not there, or holds other bytes. */
  readonly lost: readonly string[]
  /** Blobs with two copies in one channel. */
  readonly doubled: readonly string[]
}

export const NO_DIFFERENCES: Differences = { orphans: [], lost: [], doubled: [] }

export async function differences({ telegram, ledger }: Pick<StoreInTelegram, 'telegram' | 'ledger'>) {
  const live = telegram.channels.flatMap(({ id }) => telegram.live(id))
  const blobs = await Array.fromAsync(ledger.blobs())
  const copies = blobs.flatMap((blob) => blob.copies.map((copy) => ({ ...copy, blob })))
  const stored = copies.filter(({ state }) => state === 'stored')
  const keyOf = (place: { readonly chatId: number; readonly messageId: number }) => `${place.chatId}/${place.messageId}`
  const owned = new Set(stored.map(keyOf))
  const hashes = new Map(live.map((message) => [keyOf(message), message.sha256()]))
  const ours = live.filter(({ caption, text }) => (caption ?? text ?? '').startsWith(`t1 ${LIBRARY}`))
  const perChannel = stored.map(({ chatId, blob }) => `${chatId} ${blob.ref}`)
  return {
    orphans: ours
      .filter((message) => !owned.has(keyOf(message)))
      .map((each) => `${each.messageId} ${each.caption ?? each.text}`),
    lost: stored.filter((copy) => hashes.get(keyOf(copy)) !== copy.blob.sha256).map(keyOf),
    doubled: perChannel.filter((key, index) => perChannel.indexOf(key) !== index),
  }
}
