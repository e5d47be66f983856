import type { BlobSource } from '#domain/blob-store.ts'
import type { ChannelCopy, MessagePlace } from '#domain/channel-ledger.ts'
import { CredentialsRefusedError, RateLimitedError, StoreRefusedError, StoreUnavailableError } from '#domain/errors.ts'
import type { ChannelRoom } from './channel-room.ts'
import { CopyFault } from './copy-faults.ts'
import { deleteCopy, type MessageRemover } from './delete-blob.ts'
import { isSamePlace } from './same-place.ts'
import { type NewBlob, sendCopy } from './send-blob.ts'
import type { StoreParts } from './store-parts.ts'

export interface Storing {
  readonly parts: StoreParts
  readonly room: ChannelRoom
  readonly remover: MessageRemover
  /** Reads a copy whole. Rejects with a CopyFault when it is not what was sent. */
  readBack(blob: NewBlob, copy: ChannelCopy, signal: AbortSignal | undefined): Promise<void>
}

export interface CopiesWish {
  readonly blob: NewBlob
  readonly source: BlobSource
  /** In different chats. */
  readonly copiesWanted: number
  /** Known to be bad: as if they were not there. */
  readonly except?: readonly ChannelCopy[]
  readonly readsBack: boolean
  readonly signal: AbortSignal | undefined
  readonly background?: boolean
}

/** A service that alters what it is given does so again. */
const MAX_ALTERED = 3

/**
 * Sends until the ledger knows enough copies; resolves with them. When one copy stands and the other chats cannot take
 * one now, that is enough for today: repair makes the others. Intents whose answer was lost stay: they tell that a scan
 * has something to look for.
 */
export async function storeCopies(storing: Storing, wish: CopiesWish): Promise<readonly ChannelCopy[]> {
  const { parts } = storing
  const { blob, copiesWanted, except = [], readsBack, signal } = wish
  let copies = await storedCopies(parts, blob, except)
  let altered = 0
  while (copies.length < copiesWanted) {
    const copy = await sendOneMore(storing, wish, copies)
    if (!copy) break
    await storing.room.reach(copy)
    if (readsBack && !(await isAsSent(storing, wish, copy))) {
      if (++altered >= MAX_ALTERED) throw alters()
    }
    copies = await storedCopies(parts, blob, except)
  }
  signal?.throwIfAborted()
  return copies
}

async function storedCopies(
  { ledger }: StoreParts,
  { ref }: NewBlob,
  except: readonly MessagePlace[],
): Promise<readonly ChannelCopy[]> {
  const copies = (await ledger.blob(ref))?.copies ?? []
  return copies.filter((copy) => copy.state === 'stored' && !except.some((each) => isSamePlace(each, copy)))
}

/** Null when there are copies and no further one can be made now. */
async function sendOneMore(
  { parts, room }: Storing,
  { blob, source, signal, background = false }: CopiesWish,
  copies: readonly ChannelCopy[],
): Promise<ChannelCopy | null> {
  const taken = new Set(copies.map(({ chatId }) => chatId))
  try {
    const chatIds = (await room.openChats()).filter((chatId) => !taken.has(chatId))
    if (chatIds.length === 0) return null
    return await sendCopy(parts, { blob, source, chatIds, signal, background })
  } catch (error) {
    if (copies.length === 0 || !isAboutChannels(error)) throw error
    parts.events.emit({
      kind: 'note',
      level: 'warn',
      message: `${blob.name} is kept in ${copies.length} channel only; repair makes the other copies.`,
      fields: { ref: blob.ref, code: error.code },
    })
    return null
  }
}

function isAboutChannels(error: unknown): error is StoreUnavailableError | StoreRefusedError {
  const kinds = [StoreUnavailableError, StoreRefusedError, CredentialsRefusedError, RateLimitedError]
  return kinds.some((kind) => error instanceof kind)
}

async function isAsSent(storing: Storing, { blob, signal }: CopiesWish, copy: ChannelCopy): Promise<boolean> {
  const { parts, remover } = storing
  try {
    await storing.readBack(blob, copy, signal)
    parts.reached('read-back')
    return true
  } catch (error) {
    if (!(error instanceof CopyFault)) throw error
    parts.events.emit({ kind: 'note', level: 'warn', message: error.message, fields: { ref: blob.ref } })
    await deleteCopy(parts, remover, { blob: { ...blob, copies: [copy] }, copy, signal })
    return false
  }
}

function alters(): StoreRefusedError {
  return new StoreRefusedError('Telegram gives back other bytes than it was given.', {
    why: `Of the first pack of the video ${MAX_ALTERED} copies were read back, and none was whole.`,
    fix: 'Check BOT_API_ROOT: a proxy on the way may change files.',
  })
}
