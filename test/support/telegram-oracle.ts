import { join } from 'node:path'
import { openDatabase } from '#adapters/database/open-database.ts'
import type { VideoRecord } from '#domain/catalog.ts'
import type { ChannelBlob, ChannelCopy, SendIntent } from '#domain/channel-ledger.ts'
import type { EmulatedTelegram } from './telegram/start-telegram.ts'
import type { SeenMessage } from './telegram/oracle.ts'

/** What the data folder believes, read without the program. */
export interface Belief {
  readonly records: readonly VideoRecord[]
  readonly blobs: readonly ChannelBlob[]
  readonly intents: readonly SendIntent[]
}

export async function beliefOf(dataDir: string): Promise<Belief> {
  await using database = await openDatabase({ kind: 'sqlite', path: join(dataDir, 'catalog.db') })
  const { videos } = await database.catalog.videos({ limit: 1000 })
  return {
    records: await Promise.all(videos.map(({ id }) => database.catalog.record(id))),
    blobs: await Array.fromAsync(database.ledger.blobs()),
    intents: await database.ledger.intents(),
  }
}

/** How belief and channels differ, as the emulator knows. */
export interface Disagreement {
  /** Packs of the catalog, and copies of the ledger, whose message is not there or holds other bytes. */
  readonly lost: readonly string[]
  /** Blobs that lie twice in one channel, whoever knows of them. */
  readonly doubled: readonly string[]
  /** Messages of ours that stand for nothing, and blobs that no video needs. */
  readonly orphans: readonly string[]
  /** Sends that nobody knows the end of. */
  readonly open: readonly string[]
}

export const AGREED: Disagreement = { lost: [], doubled: [], orphans: [], open: [] }

export async function disagreement(telegram: EmulatedTelegram, dataDir: string): Promise<Disagreement> {
  const belief = await beliefOf(dataDir)
  const { records, blobs, intents } = belief
  const live = telegram.channels.flatMap(({ id }) => telegram.live(id)).filter(isOurs)
  const stored = blobs.flatMap((blob) => blob.copies.filter(isStored).map((copy) => ({ ...copy, blob })))
  const packs = records.flatMap((record) => record.packs)
  const needed = new Set(packs.map(({ ref }) => ref as string))
  const sha256s = new Map(live.map((message) => [keyOf(message), message.sha256()]))
  const owned = new Set(stored.map(keyOf))
  const kept = new Set(stored.map(({ blob }) => blob.ref as string))
  const names = live.map((message) => `${message.chatId} ${nameOf(message)}`)
  return {
    lost: [
      ...packs.filter(({ ref }) => ref !== null && !kept.has(ref)).map(({ id }) => `pack ${id}`),
      ...stored.filter((copy) => sha256s.get(keyOf(copy)) !== copy.blob.sha256).map(keyOf),
    ],
    doubled: names.filter((name, index) => names.indexOf(name) !== index),
    orphans: [
      ...live.filter((message) => !owned.has(keyOf(message))).map((each) => `${keyOf(each)} ${captionOf(each)}`),
      ...blobs.filter(({ ref, name }) => !needed.has(ref) && !isOwnAffair(name)).map(({ ref }) => ref as string),
    ],
    open: intents.map(({ nonce, name }) => `${nonce} ${name}`),
  }
}

/** Of the product, for this or any other purpose. */
export function isOurs(message: SeenMessage): boolean {
  return captionOf(message).startsWith('t1 ') && !captionOf(message).endsWith(' gone')
}

/** A part of a copy of the catalog, or what points to it. */
export function isOfStore(message: SeenMessage): boolean {
  return isOwnAffair(nameOf(message))
}

/** Snapshots are the store's own. */
function isOwnAffair(name: string): boolean {
  return name.startsWith('snapshot/') || name.startsWith('superblock/')
}

export function captionOf({ caption, text }: SeenMessage): string {
  return caption ?? text ?? ''
}

/** Of the blob in a message: what follows the library's id. */
export function nameOf(message: SeenMessage): string {
  return captionOf(message).split(' ')[2] ?? ''
}

function isStored({ state }: ChannelCopy): boolean {
  return state === 'stored'
}

function keyOf({ chatId, messageId }: { readonly chatId: number; readonly messageId: number }): string {
  return `${chatId}/${messageId}`
}
