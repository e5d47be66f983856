import { repairsWithEncryption } from '#adapters/blob-layers/repairs-with-encryption.ts'
import { withEncryption } from '#adapters/blob-layers/with-encryption.ts'
import { SYSTEM_CLOCK } from '#adapters/telegram/clock.ts'
import { PacedLanes } from '#adapters/telegram/paced-lanes.ts'
import { Scrub } from '#adapters/telegram/scrub.ts'
import { TelegramBlobStore } from '#adapters/telegram/telegram-blob-store.ts'
import type { Config } from '#config/config.ts'
import type { BlobRef } from '#domain/blob-store.ts'
import type { ChannelLedger } from '#domain/channel-ledger.ts'
import { ConflictError, InvalidInputError } from '#domain/errors.ts'
import { libraryIdOf } from '#lib/sealing/library-id.ts'
import type { MasterKey } from '#lib/sealing/master-key.ts'
import { formatRecoveryKey } from '#lib/sealing/recovery-key.ts'
import { openBytes, sealBytes } from '#lib/sealing/sealed-document.ts'
import { sealedBytesOf } from '#lib/sealing/sealed-form.ts'
import { atMost } from './at-most.ts'
import { ChannelClaims, type ClaimParts, hasBlobs } from './claim-channels.ts'
import {
  describeTelegram,
  isClosedTo,
  problemsOfClaims,
  problemsOfReplicas,
  problemsOfScrub,
  problemsOfTelegram,
} from './describe-telegram.ts'
import { findBlobsInChannels } from './find-blobs-in-channels.ts'
import { libraryKey } from './library-key.ts'
import { onceClaimed } from './once-claimed.ts'
import type { OpenStore, StoreParts, StoreWishes } from './store.ts'
import { telegramBots } from './telegram-bots.ts'
import { withChatIds } from './with-chat-ids.ts'

/** Sends of one bot that are worth having under way: the next begins while the last still goes out. */
const PUTS_PER_BOT = 6

/** The program ends, also when Telegram cannot be reached: then the next sweep removes the markers. */
const MARKERS_MS = 3000

/** Bots and channels as a store: paced, sealed, with a memory of its own in the database. */
export async function openTelegramStore(parts: StoreParts, wishes: StoreWishes): Promise<OpenStore> {
  const { config, events } = parts
  const { ledger } = parts.database
  const { key, created } = await libraryKey(config.dataDir, ledger, wishes)
  await mustKeepTo(config.encryption, ledger)
  const bots = await withChatIds(telegramBots(config), ledger)
  const lanes = await PacedLanes.open({ bots, ledger, clock: SYSTEM_CLOCK, events })
  const libraryId = libraryIdOf(key)
  const claims = await ChannelClaims.known({ ledger, libraryId, chatIds: lanes.chatIds })
  const about = { lanes, ledger, events, libraryId, ...idsOf(bots), ...limitsOf(config) }
  const isOurs = (chatId: number) => claims.isOurs(chatId)
  const store = new TelegramBlobStore({ ...about, isOurs, ...(wishes.reached && { reached: wishes.reached }) })
  const scrub = scrubOf(store, parts, bots.length)
  const snapshots = store.snapshots(sealingOf(config, key))
  let conflict: ConflictError | null = null
  const isClosed = (chatId: number) => isClosedTo(lanes.status(), chatId)
  const claim: ClaimParts = { store, ledger, libraryId, chatIds: lanes.chatIds, isClosed }
  const claimed = onceClaimed(store, claims, claim, () => ledger.setFact(ENCRYPTION_FACT, config.encryption))
  return {
    blobs: config.encryption ? withEncryption(claimed, key) : claimed,
    repairs: config.encryption ? repairsWithEncryption(store, key) : store,
    snapshots,
    newRecoveryKey: created && wishes.recoveryKey === undefined ? formatRecoveryKey(key) : null,
    takeUp: async (signal) => {
      // Who the bots are is for the status page; nothing waits for it.
      void lanes.check().catch(() => {})
      await claims.takeUp(claim, events, signal)
    },
    sweep: async (signal, { background } = { background: true }) => {
      if (!claims.isBegun || claims.faults.size > 0) await claims.claim(claim, signal)
      await store.sweep({ signal, background }).catch((error: unknown) => {
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
    findBlobs: (onProgress, signal) => findBlobsInChannels(claims, claim, snapshots, onProgress, signal),
    describe: async () => describeTelegram(lanes.status(), await store.figures(), config.encryption),
    problems: async () => [
      ...problemsOfClaims({ conflict: conflict ?? claims.conflict, faults: claims.faults }),
      ...problemsOfReplicas(config.replicas, lanes.chatIds),
      ...problemsOfTelegram(lanes.status(), await store.figures()),
      ...problemsOfScrub(await scrub.findings()),
    ],
    [Symbol.asyncDispose]: async () => {
      await atMost(MARKERS_MS, store.removeMarkers()).catch(() => {})
      await lanes[Symbol.asyncDispose]()
    },
  }
}

function idsOf(bots: readonly { readonly bot: { readonly id: number }; readonly chatId: number | null }[]) {
  const streaming = bots.filter(({ chatId }) => chatId === null)
  return { botIds: bots.map(({ bot }) => bot.id), streamingBotIds: streaming.map(({ bot }) => bot.id) }
}

function scrubOf(store: TelegramBlobStore, { database: { ledger }, events }: StoreParts, bots: number): Scrub {
  const repair = (ref: BlobRef, signal?: AbortSignal) => store.repair(ref, { full: true, ...(signal && { signal }) })
  return new Scrub({ parts: { ledger, clock: SYSTEM_CLOCK, events }, bots, repair })
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
