import { access, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { withEncryption } from '#adapters/blob-layers/with-encryption.ts'
import { loadOrCreateMasterKey, RECOVERY_KEY_FILE } from '#adapters/key-file/load-or-create-master-key.ts'
import { SYSTEM_CLOCK } from '#adapters/telegram/clock.ts'
import { PacedLanes } from '#adapters/telegram/paced-lanes.ts'
import { TelegramBlobStore } from '#adapters/telegram/telegram-blob-store.ts'
import type { Config } from '#config/config.ts'
import type { BlobStore } from '#domain/blob-store.ts'
import type { ChannelLedger } from '#domain/channel-ledger.ts'
import { ConflictError, InvalidInputError, StoreRefusedError } from '#domain/errors.ts'
import { Mutex } from '#lib/concurrency/mutex.ts'
import { libraryIdOf } from '#lib/sealing/library-id.ts'
import type { MasterKey } from '#lib/sealing/master-key.ts'
import { formatRecoveryKey, parseRecoveryKey } from '#lib/sealing/recovery-key.ts'
import { RecoveryKeyError } from '#lib/sealing/recovery-key-error.ts'
import { openBytes, sealBytes } from '#lib/sealing/sealed-document.ts'
import { sealedBytesOf } from '#lib/sealing/sealed-form.ts'
import { type ClaimParts, claimChannels, hasBlobs } from './claim-channels.ts'
import { describeTelegram, problemsOfTelegram } from './describe-telegram.ts'
import { findBlobsInChannels } from './find-blobs-in-channels.ts'
import type { OpenStore, StoreParts, StoreWishes } from './store.ts'
import { telegramBots } from './telegram-bots.ts'
import { withChatIds } from './with-chat-ids.ts'

/** Sends of one bot that are worth having under way: the next begins while the last still goes out. */
const PUTS_PER_BOT = 6

/** Bots and channels as a store: paced, sealed, with a memory of its own in the database. */
export async function openTelegramStore(parts: StoreParts, wishes: StoreWishes): Promise<OpenStore> {
  const { config, events } = parts
  const { ledger } = parts.database
  const { key, created } = await keyOf(config.dataDir, ledger, wishes)
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
    findBlobs: (onProgress, signal) => findBlobsInChannels(claim, snapshots, onProgress, signal),
    describe: async () => describeTelegram(lanes.status(), await store.figures(), config.encryption),
    problems: async () => [
      ...(conflict ? [{ message: conflict.message, fix: conflict.fix ?? null }] : []),
      ...problemsOfTelegram(lanes.status(), await store.figures()),
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

/** The same store, that puts nothing into a channel before it is known to be ours. */
function onceClaimed(store: TelegramBlobStore, claim: ClaimParts, onClaim: () => Promise<void>): BlobStore {
  const claiming = new Mutex()
  let isOurs = false
  const mustBeOurs = (signal: AbortSignal) =>
    claiming.run(async () => {
      if (isOurs) return
      await claimChannels(claim, signal)
      await onClaim()
      isOurs = true
    })
  return {
    limits: store.limits,
    put: async (source, signal) => {
      if (!isOurs) await mustBeOurs(signal ?? new AbortController().signal)
      return await store.put(source, signal)
    },
    get: (ref, options) => store.get(ref, options),
    size: (ref, signal) => store.size(ref, signal),
    delete: (ref, signal) => store.delete(ref, signal),
    list: (signal) => store.list(signal),
  }
}

/** A key is made only for a new library: without its own, an older one would seem to be there and be unreadable. */
async function keyOf(dataDir: string, ledger: ChannelLedger, wishes: StoreWishes) {
  const recovered = recoveredKey(wishes)
  const path = join(dataDir, RECOVERY_KEY_FILE)
  const isThere = await access(path).then(
    () => true,
    () => false,
  )
  if (!isThere && !recovered && (await hasBlobs(ledger))) {
    throw new InvalidInputError(`${path} is gone: what is stored cannot be read without it.`, {
      fix: 'Put the recovery key that you wrote down into that file.',
    })
  }
  // A key that was made here and never used gives way to the one of the library that is to come back.
  if (isThere && recovered && !(await hasBlobs(ledger))) await rename(path, `${path}.unused`)
  return await loadOrCreateMasterKey(dataDir, recovered)
}

function recoveredKey({ recoveryKey }: StoreWishes): MasterKey | undefined {
  if (recoveryKey === undefined) return undefined
  try {
    return parseRecoveryKey(recoveryKey)
  } catch (cause) {
    if (!(cause instanceof RecoveryKeyError)) throw cause
    throw new InvalidInputError(cause.message, { fix: 'Type it again as it was shown.', cause })
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
