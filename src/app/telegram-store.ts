import { withEncryption } from '#adapters/blob-layers/with-encryption.ts'
import { SYSTEM_CLOCK } from '#adapters/telegram/clock.ts'
import { PacedLanes } from '#adapters/telegram/paced-lanes.ts'
import { Scrub } from '#adapters/telegram/scrub.ts'
import { TelegramBlobStore } from '#adapters/telegram/telegram-blob-store.ts'
import type { Config } from '#config/config.ts'
import type { ChannelLedger } from '#domain/channel-ledger.ts'
import { ConflictError, InvalidInputError, StoreRefusedError } from '#domain/errors.ts'
import { libraryIdOf } from '#lib/sealing/library-id.ts'
import type { MasterKey } from '#lib/sealing/master-key.ts'
import { formatRecoveryKey } from '#lib/sealing/recovery-key.ts'
import { openBytes, sealBytes } from '#lib/sealing/sealed-document.ts'
import { sealedBytesOf } from '#lib/sealing/sealed-form.ts'
import { claimChannels, hasBlobs } from './claim-channels.ts'
import { describeTelegram, problemsOfScrub, problemsOfTelegram } from './describe-telegram.ts'
import { findBlobsInChannels } from './find-blobs-in-channels.ts'
import { libraryKey } from './library-key.ts'
import { onceClaimed } from './once-claimed.ts'
import type { OpenStore, StoreParts, StoreWishes } from './store.ts'
import { telegramBots } from './telegram-bots.ts'
import { withChatIds } from './with-chat-ids.ts'

/** Sends of one bot that are worth having under way: the next begins while the last still goes out. */
const PUTS_PER_BOT = 6

/** Bots and channels as a store: paced, sealed, with a memory of its own in the database. */
export async function openTelegramStore(parts: StoreParts, wishes: StoreWishes): Promise<OpenStore> {
  const { config, events } = parts
  const { ledger } = parts.database
  const { key, created } = await libraryKey(config.dataDir, ledger, wishes)
  await mustKeepTo(config.encryption, ledger)
  const bots = await withChatIds(telegramBots(config), ledger)
  const lanes = await PacedLanes.open({ bots, ledger, clock: SYSTEM_CLOCK, events })
  const botIds = bots.map(({ bot }) => bot.id)
  const store = new TelegramBlobStore({
    lanes,
    ledger,
    events,
    libraryId: libraryIdOf(key),
    botIds,
    ...(wishes.reached && { reached: wishes.reached }),
    ...limitsOf(config),
  })
  const scrub = new Scrub({
    parts: { ledger, clock: SYSTEM_CLOCK, events },
    bots: bots.length,
    repair: (ref, signal) => store.repair(ref, { full: true, ...(signal && { signal }) }),
  })
  const snapshots = store.snapshots(sealingOf(config, key))
  let conflict: ConflictError | null = null
  const claim = { store, ledger, libraryId: libraryIdOf(key), chatIds: lanes.chatIds }
  const claimed = onceClaimed(store, claim, () => ledger.setFact(ENCRYPTION_FACT, config.encryption))
  return {
    blobs: config.encryption ? withEncryption(claimed, key) : claimed,
    repairs: store,
    snapshots,
    newRecoveryKey: created && wishes.recoveryKey === undefined ? formatRecoveryKey(key) : null,
    takeUp: async (signal) => {
      // Who the bots are is for the status page; nothing waits for it.
      void lanes.check().catch(() => {})
      await claimChannels(claim, signal).catch((error: unknown) => {
        if (error instanceof ConflictError || error instanceof StoreRefusedError) throw error
        signal.throwIfAborted()
        const message = 'The channels could not be looked at; nothing is stored there before that worked.'
        events.emit({ kind: 'note', level: 'warn', message, fields: { error } })
      })
    },
    sweep: async (signal) => {
      await store.sweep({ signal, background: true }).catch((error: unknown) => {
        if (error instanceof ConflictError) conflict = error
        throw error
      })
      conflict = null
    },
    settle: async (signal) => {
      // Every answer came: there is nothing to look for that the next sweep would not find.
      if ((await ledger.intents()).length > 0) await store.sweep({ signal })
    },
    scrub: async (signal) => void (await scrub.step(signal)),
    findBlobs: (onProgress, signal) => findBlobsInChannels(claim, snapshots, onProgress, signal),
    describe: async () => describeTelegram(lanes.status(), await store.figures(), config.encryption),
    problems: async () => [
      ...(conflict ? [{ message: conflict.message, fix: conflict.fix ?? null }] : []),
      ...problemsOfTelegram(lanes.status(), await store.figures()),
      ...problemsOfScrub(await scrub.findings()),
    ],
    [Symbol.asyncDispose]: () => lanes[Symbol.asyncDispose](),
  }
}

function limitsOf({ encryption, media, replicas, telegram }: Config) {
  const [scratchChatId] = telegram.adminIds
  return {
    maxBytes: encryption ? sealedBytesOf(media.maxChunkBytes) : media.maxChunkBytes,
    parallelPuts: telegram.bots.length * PUTS_PER_BOT,
    replicas,
    ...(scratchChatId !== undefined && { scratchChatId }),
  }
}

/** Snapshots hold titles: they are sealed when blobs are. */
function sealingOf({ encryption }: Config, key: MasterKey) {
  if (!encryption)
    return { seal: (_name: string, plain: Uint8Array) => plain, open: (_name: string, sealed: Uint8Array) => sealed }
  return {
    seal: (name: string, plain: Uint8Array) => sealBytes(key, name, plain),
    open: (name: string, sealed: Uint8Array) => openBytes(key, name, sealed),
  }
}

/** What lies there was stored in one way: in the other it would be noise, and titles would lie open beside sealed films. */
async function mustKeepTo(encryption: boolean, ledger: ChannelLedger): Promise<void> {
  const before = await ledger.fact(ENCRYPTION_FACT)
  if (typeof before !== 'boolean' || before === encryption || !(await hasBlobs(ledger))) return
  throw new InvalidInputError(`This library was begun with ENCRYPTION=${before ? 'on' : 'off'}.`, {
    why: 'What is stored already could not be read any more.',
    fix: `Set ENCRYPTION=${before ? 'on' : 'off'}; to change it, begin another library: another DATA_DIR and channel.`,
  })
}

/** Noted with the first put, not before: a rebuild may have to find out. */
const ENCRYPTION_FACT = 'encryption'
