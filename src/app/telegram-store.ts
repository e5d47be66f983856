import { withEncryption } from '#adapters/blob-layers/with-encryption.ts'
import { loadOrCreateMasterKey } from '#adapters/key-file/load-or-create-master-key.ts'
import type { BotApi } from '#adapters/telegram/bot-api.ts'
import { SYSTEM_CLOCK } from '#adapters/telegram/clock.ts'
import { PacedLanes } from '#adapters/telegram/paced-lanes.ts'
import { TelegramBlobStore } from '#adapters/telegram/telegram-blob-store.ts'
import type { ChannelLedger } from '#domain/channel-ledger.ts'
import { InvalidInputError } from '#domain/errors.ts'
import { libraryIdOf } from '#lib/sealing/library-id.ts'
import { formatRecoveryKey, parseRecoveryKey } from '#lib/sealing/recovery-key.ts'
import { RecoveryKeyError } from '#lib/sealing/recovery-key-error.ts'
import { sealedBytesOf } from '#lib/sealing/sealed-form.ts'
import type { OpenStore, StoreParts, StoreWishes } from './open-store.ts'
import { describeTelegram, problemsOfTelegram } from './describe-telegram.ts'
import { type ConfiguredBot, telegramBots } from './telegram-bots.ts'

/** Sends of one bot that are worth having under way: the next begins while the last still goes out. */
const PUTS_PER_BOT = 3

/** Bots and channels as a store: paced, sealed, with a memory of its own in the database. */
export async function openTelegramStore(
  { config, database, events }: StoreParts,
  wishes: StoreWishes,
): Promise<OpenStore> {
  const { ledger } = database
  const { key, created } = await loadOrCreateMasterKey(config.dataDir, recoveredKey(wishes))
  const bots = await Promise.all(telegramBots(config).map((each) => withChatId(each, ledger)))
  const lanes = await PacedLanes.open({
    bots,
    ledger,
    clock: SYSTEM_CLOCK,
    events,
  })
  const [scratchChatId] = config.telegram.adminIds
  const store = new TelegramBlobStore({
    lanes,
    ledger,
    events,
    libraryId: libraryIdOf(key),
    maxBytes: config.encryption ? sealedBytesOf(config.media.maxChunkBytes) : config.media.maxChunkBytes,
    parallelPuts: config.telegram.bots.length * PUTS_PER_BOT,
    replicas: config.replicas,
    botIds: bots.map(({ bot }) => bot.id),
    ...(scratchChatId !== undefined && { scratchChatId }),
  })
  const sealed = config.encryption ? withEncryption(store, key) : store
  return {
    blobs: sealed,
    repairs: store,
    snapshots: null,
    newRecoveryKey: created && wishes.recoveryKey === undefined ? formatRecoveryKey(key) : null,
    takeUp: async () => {},
    sweep: async (signal) => void (await store.sweep({ signal, background: true })),
    settle: async (signal) => {
      // Every answer came: there is nothing to look for that the next sweep would not find.
      if ((await ledger.intents()).length > 0) await store.sweep({ signal })
    },
    findBlobs: async () => null,
    describe: async () => describeTelegram(lanes.status(), await store.figures(), config.encryption),
    problems: async () => problemsOfTelegram(lanes.status(), await store.figures()),
    [Symbol.asyncDispose]: () => lanes[Symbol.asyncDispose](),
  }
}

function recoveredKey({ recoveryKey }: StoreWishes) {
  if (recoveryKey === undefined) return undefined
  try {
    return parseRecoveryKey(recoveryKey)
  } catch (cause) {
    if (!(cause instanceof RecoveryKeyError)) throw cause
    throw new InvalidInputError(cause.message, { fix: 'Type it again as it was shown.', cause })
  }
}

async function withChatId({ bot, chat }: ConfiguredBot, ledger: ChannelLedger) {
  return { bot, chatId: typeof chat === 'string' ? await resolveName(chat, bot, ledger) : chat }
}

/** A public channel may be set by its name; Telegram is asked for its number once. */
async function resolveName(name: string, bot: BotApi, ledger: ChannelLedger): Promise<number> {
  const fact = `chat ${name}`
  const known = await ledger.fact(fact)
  if (typeof known === 'number') return known
  const { id } = await bot.getChat(name)
  await ledger.setFact(fact, id)
  return id
}
