import type { BlobRef } from '#domain/blob-store.ts'
import type {
  BlobLedger,
  BotLedger,
  ChannelBlob,
  ChannelCopy,
  ChannelLedger,
  IntentLedger,
  MessagePlace,
  SavedPace,
  ScanLedger,
  SendIntent,
} from '#domain/channel-ledger.ts'
import { ConflictError, NotFoundError } from '#domain/errors.ts'
import { compareText } from './video-shelf.ts'

/** The ledger's twin that forgets everything: for tests. */
export function memoryChannelLedger(): ChannelLedger {
  const shelf: LedgerShelf = {
    blobs: new Map(),
    owners: new Map(),
    intents: new Map(),
    marks: new Map(),
    notes: new Map(),
    handles: new Map(),
  }
  return { ...blobsAmong(shelf), ...intentsAmong(shelf), ...scansAmong(shelf), ...botsAmong(shelf) }
}

/** What a memory ledger remembers. */
interface LedgerShelf {
  readonly blobs: Map<BlobRef, ChannelBlob>
  /** Per chat, which blob each message holds. */
  readonly owners: Map<number, Map<number, BlobRef>>
  readonly intents: Map<string, SendIntent>
  readonly marks: Map<number, number>
  readonly notes: Map<number, Set<number>>
  /** Per place, by bot. */
  readonly handles: Map<string, Map<number, string>>
}

function blobsAmong(shelf: LedgerShelf): BlobLedger {
  return {
    blob: async (ref) => shelf.blobs.get(ref) ?? null,

    async *blobs(prefix = '') {
      for (const ref of [...shelf.blobs.keys()].sort(compareText)) {
        const blob = shelf.blobs.get(ref)
        if (blob?.name.startsWith(prefix)) yield blob
      }
    },

    addCopy: async (blob, copy) => addCopy(shelf, blob, copy),

    async removeCopy(ref, place) {
      const blob = shelf.blobs.get(ref)
      if (!blob || shelf.owners.get(place.chatId)?.get(place.messageId) !== ref) return
      shelf.owners.get(place.chatId)?.delete(place.messageId)
      shelf.handles.delete(placeKey(place))
      const copies = blob.copies.filter((each) => !samePlace(each, place))
      if (copies.length > 0) shelf.blobs.set(ref, { ...blob, copies })
      else shelf.blobs.delete(ref)
    },

    async channelFigures() {
      const chats = new Set([...shelf.owners.keys(), ...shelf.marks.keys(), ...shelf.notes.keys()])
      const figures = [...chats].sort((one, other) => one - other).map((chatId) => figuresOf(shelf, chatId))
      return figures.filter(({ topMessageId }) => topMessageId > 0)
    },
  }
}

function addCopy(shelf: LedgerShelf, blob: Omit<ChannelBlob, 'copies'>, copy: ChannelCopy): void {
  const { ref, name, byteLength, sha256 } = blob
  const { chatId, messageId, fileUniqueId, state } = copy
  const owned = within(shelf.owners, chatId, () => new Map())
  const owner = owned.get(messageId)
  if (owner !== undefined && owner !== ref)
    throw new ConflictError(`Message ${messageId} of chat ${chatId} holds another blob.`)
  owned.set(messageId, ref)
  const standing = shelf.blobs.get(ref) ?? { ref, name, byteLength, sha256, copies: [] }
  const others = standing.copies.filter((each) => !samePlace(each, copy))
  const copies = [...others, { chatId, messageId, fileUniqueId, state }].sort(comparePlaces)
  shelf.blobs.set(ref, { ...standing, copies })
}

function figuresOf({ blobs, owners, marks, notes }: LedgerShelf, chatId: number) {
  const owned = owners.get(chatId) ?? new Map<number, BlobRef>()
  let messages = 0
  let bytes = 0
  let topMessageId = marks.get(chatId) ?? 0
  for (const [messageId, ref] of owned) {
    topMessageId = Math.max(topMessageId, messageId)
    const blob = blobs.get(ref)
    if (!blob?.copies.some((copy) => samePlace(copy, { chatId, messageId }) && copy.state === 'stored')) continue
    messages++
    bytes += blob.byteLength
  }
  for (const messageId of notes.get(chatId) ?? []) topMessageId = Math.max(topMessageId, messageId)
  return { chatId, messages, bytes, topMessageId }
}

function intentsAmong(shelf: LedgerShelf): IntentLedger {
  const { intents } = shelf
  return {
    async openIntent({ nonce, chatId, botId, ref, name, byteLength, sha256, state, startedAt }) {
      if (intents.has(nonce)) return
      intents.set(nonce, { nonce, chatId, botId, ref, name, byteLength, sha256, state, startedAt })
    },

    async settleIntent(nonce, copy) {
      const intent = intents.get(nonce)
      if (intent) addCopy(shelf, intent, copy)
      else if (!shelf.owners.get(copy.chatId)?.has(copy.messageId))
        throw new NotFoundError(`Nothing is known of the send ${nonce}.`)
      intents.delete(nonce)
    },

    async closeIntent(nonce) {
      intents.delete(nonce)
    },

    async abandonIntent(nonce) {
      const intent = intents.get(nonce)
      if (intent) intents.set(nonce, { ...intent, state: 'abandoned' })
    },

    async intents() {
      const compare = (one: SendIntent, other: SendIntent) =>
        one.startedAt.getTime() - other.startedAt.getTime() || compareText(one.nonce, other.nonce)
      return [...intents.values()].sort(compare)
    },
  }
}

function scansAmong({ owners, marks, notes }: LedgerShelf): ScanLedger {
  const mark = (chatId: number) => marks.get(chatId) ?? 0
  return {
    mark: async (chatId) => mark(chatId),

    async setMark(chatId, messageId) {
      if (messageId > mark(chatId)) marks.set(chatId, messageId)
      const noted = notes.get(chatId)
      for (const each of [...(noted ?? [])]) if (each <= messageId) noted?.delete(each)
    },

    async noteId({ chatId, messageId }) {
      within(notes, chatId, () => new Set()).add(messageId)
    },

    async knownIds(chatId, first, last) {
      const all = [...(owners.get(chatId)?.keys() ?? []), ...(notes.get(chatId) ?? [])]
      return new Set(all.filter((messageId) => messageId >= first && messageId <= last))
    },
  }
}

function botsAmong({ handles }: LedgerShelf): BotLedger {
  const paces = new Map<string, SavedPace>()
  const facts = new Map<string, string>()
  const order = ({ botId, chatId }: SavedPace) => [botId, chatId ?? 0] as const
  return {
    handle: async (place, botId) => handles.get(placeKey(place))?.get(botId) ?? null,

    async saveHandle(place, botId, fileId) {
      within(handles, placeKey(place), () => new Map()).set(botId, fileId)
    },

    async dropHandle(place, botId) {
      handles.get(placeKey(place))?.delete(botId)
    },

    async paces() {
      return [...paces.values()].sort((one, other) => {
        const [bot, chat] = order(one)
        const [otherBot, otherChat] = order(other)
        return bot - otherBot || chat - otherChat
      })
    },

    async savePace({ botId, chatId, notBefore, callsPerSec }) {
      paces.set(`${botId}/${chatId}`, { botId, chatId, notBefore, callsPerSec })
    },

    async fact(name) {
      const value = facts.get(name)
      return value === undefined ? null : JSON.parse(value)
    },

    async setFact(name, value) {
      facts.set(name, JSON.stringify(value ?? null))
    },
  }
}

/** What stands under the key; something empty at first. */
function within<Key, Inner>(shelf: Map<Key, Inner>, key: Key, create: () => Inner): Inner {
  const standing = shelf.get(key) ?? create()
  shelf.set(key, standing)
  return standing
}

function samePlace(one: MessagePlace, other: MessagePlace): boolean {
  return one.chatId === other.chatId && one.messageId === other.messageId
}

function comparePlaces(one: MessagePlace, other: MessagePlace): number {
  return one.chatId - other.chatId || one.messageId - other.messageId
}

function placeKey({ chatId, messageId }: MessagePlace): string {
  return `${chatId}/${messageId}`
}
