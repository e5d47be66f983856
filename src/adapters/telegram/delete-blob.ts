import type { BlobRef } from '#domain/blob-store.ts'
import type { ChannelBlob, ChannelCopy, MessagePlace } from '#domain/channel-ledger.ts'
import { TelegramError } from './api-error.ts'
import { formatCaption } from './caption.ts'
import type { StoreParts } from './store-parts.ts'
import { untilAborted } from './until-aborted.ts'

/** Bot API `deleteMessages`: 1-100 ids. */
const MAX_IDS = 100

type Parts = Pick<StoreParts, 'lanes' | 'ledger' | 'libraryId' | 'reached'>

/**
 * Deletes messages of the channels; what several ask for at about the same time goes in one call. A message that is gone
 * already is deleted; one that Telegram does not let go any more (older than 48 hours) loses its caption.
 */
export class MessageRemover {
  readonly #parts: Parts
  readonly #queues = new Map<number, Queue>()

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Resolves with what became of it. Rejects with StoreUnavailableError, and then it may still be there. */
  remove({ chatId, messageId }: MessagePlace): Promise<'deleted' | 'undeletable'> {
    const queue = this.#queues.get(chatId) ?? { waiting: new Map(), isRunning: false }
    this.#queues.set(chatId, queue)
    const standing = queue.waiting.get(messageId)
    if (standing) return standing.promise
    const asked = Promise.withResolvers<'deleted' | 'undeletable'>()
    queue.waiting.set(messageId, asked)
    if (!queue.isRunning) void this.#drain(chatId, queue)
    return asked.promise
  }

  async #drain(chatId: number, queue: Queue): Promise<void> {
    queue.isRunning = true
    // Those who ask in the same turn go together.
    await new Promise(setImmediate)
    while (queue.waiting.size > 0) {
      const batch = [...queue.waiting].slice(0, MAX_IDS)
      for (const [messageId] of batch) queue.waiting.delete(messageId)
      await this.#removeBatch(chatId, batch)
    }
    queue.isRunning = false
  }

  async #removeBatch(chatId: number, batch: readonly (readonly [number, Asked])[]): Promise<void> {
    const messageIds = batch.map(([messageId]) => messageId)
    try {
      await this.#delete(chatId, messageIds)
      for (const [, asked] of batch) asked.resolve('deleted')
    } catch (error) {
      if (!(isRefusal(error) && batch.length > 1)) {
        for (const [messageId, asked] of batch) await this.#giveUp({ chatId, messageId }, asked, error)
        return
      }
      // One that may not go holds up all: find out which.
      const middle = Math.ceil(batch.length / 2)
      await this.#removeBatch(chatId, batch.slice(0, middle))
      await this.#removeBatch(chatId, batch.slice(middle))
    }
  }

  async #delete(chatId: number, messageIds: readonly number[]): Promise<void> {
    const { lanes, reached } = this.#parts
    await lanes.run({ kind: 'delete', chatIds: [chatId] }, async ({ bot }, signal) => {
      try {
        await bot.deleteMessages(chatId, messageIds, signal)
      } catch (error) {
        if (!(error instanceof TelegramError && error.kind === 'not-found')) throw error
      }
    })
    reached('messages-deleted')
  }

  async #giveUp(place: MessagePlace, asked: Asked, error: unknown): Promise<void> {
    if (!isRefusal(error)) return asked.reject(error)
    const { lanes, libraryId } = this.#parts
    const caption = formatCaption({ kind: 'gone', libraryId })
    try {
      await lanes.run({ kind: 'send', chatIds: [place.chatId] }, async ({ bot }, signal) => {
        await bot.editCaption(place, caption, signal).catch((fault: unknown) => {
          if (!isRefusal(fault) && !(fault instanceof TelegramError && fault.kind === 'not-found')) throw fault
        })
      })
      asked.resolve('undeletable')
    } catch (fault) {
      asked.reject(fault)
    }
  }
}

interface Queue {
  readonly waiting: Map<number, Asked>
  isRunning: boolean
}

type Asked = PromiseWithResolvers<'deleted' | 'undeletable'>

function isRefusal(error: unknown): boolean {
  return error instanceof TelegramError && error.kind === 'refused'
}

/** Deletes every copy. What is begun is written down first, so that it goes on after a crash. */
export async function deleteBlob(
  parts: StoreParts,
  remover: MessageRemover,
  ref: BlobRef,
  signal?: AbortSignal,
): Promise<void> {
  const { ledger } = parts
  await closeIntents(parts, ref)
  const blob = await ledger.blob(ref)
  if (!blob) return
  const copies = blob.copies.filter(({ state }) => state !== 'undeletable')
  for (const copy of copies) await markDeleting(parts, blob, copy)
  const outcomes = await Promise.allSettled(copies.map((copy) => deleteCopy(parts, remover, { blob, copy, signal })))
  const failure = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failure) throw failure.reason
}

/** After a crash, or when channels could not be reached: the deletes that were begun. */
export async function resumeDeletes(parts: StoreParts, remover: MessageRemover, signal?: AbortSignal): Promise<number> {
  let resumed = 0
  let batch: Promise<void>[] = []
  for await (const blob of parts.ledger.blobs()) {
    for (const copy of blob.copies) {
      if (copy.state === 'deleting') batch.push(deleteCopy(parts, remover, { blob, copy, signal }))
    }
    if (batch.length < MAX_IDS) continue
    resumed += await allOf(batch)
    batch = []
  }
  return resumed + (await allOf(batch))
}

/** All of them come to an end before the first failure is told. */
async function allOf(batch: readonly Promise<void>[]): Promise<number> {
  const outcomes = await Promise.allSettled(batch)
  const failure = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failure) throw failure.reason
  return batch.length
}

export interface CopyToDelete {
  readonly blob: ChannelBlob
  readonly copy: ChannelCopy
  readonly signal?: AbortSignal | undefined
}

/** Deletes one copy, whichever state it is in, and forgets it. */
export async function deleteCopy(
  parts: StoreParts,
  remover: MessageRemover,
  { blob, copy, signal }: CopyToDelete,
): Promise<void> {
  const { ledger, reached } = parts
  if (copy.state === 'stored') await markDeleting(parts, blob, copy)
  const outcome = await untilAborted(remover.remove(copy), signal)
  if (outcome === 'undeletable') {
    await ledger.addCopy(blob, { ...copy, state: 'undeletable' })
    const { chatId, messageId } = copy
    const message = `Telegram no longer lets message ${messageId} of chat ${chatId} be deleted; nothing refers to it any more.`
    parts.events.emit({ kind: 'note', level: 'warn', message, fields: { chatId, messageId, name: blob.name } })
    return reached('copy-undeletable')
  }
  await ledger.removeCopy(blob.ref, copy)
  await ledger.noteId(copy, 'missing')
  reached('copy-removed')
}

async function markDeleting({ ledger, reached }: StoreParts, blob: ChannelBlob, copy: ChannelCopy): Promise<void> {
  await ledger.addCopy(blob, { ...copy, state: 'deleting' })
  reached('copy-deleting')
}

/**
 * Of sends whose answer was lost nothing is wanted any more: without an intent, the scan removes their messages instead of
 * taking them for the blob.
 */
async function closeIntents({ ledger, inFlight, reached }: StoreParts, ref: BlobRef): Promise<void> {
  const intents = (await ledger.intents()).filter((intent) => intent.ref === ref && !inFlight.awaits(intent.nonce))
  for (const { nonce } of intents) await ledger.closeIntent(nonce)
  if (intents.length > 0) reached('intents-closed')
}
