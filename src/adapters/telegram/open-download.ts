import type { ChannelBlob, ChannelCopy } from '#domain/channel-ledger.ts'
import { ProductError, StoreUnavailableError } from '#domain/errors.ts'
import { TelegramError } from './api-error.ts'
import type { BotApi } from './bot-api.ts'
import { CopyFault } from './copy-faults.ts'
import type { Handles } from './handles.ts'
import { untilAborted } from './until-aborted.ts'
import type { BotLoads } from './bot-loads.ts'
import type { StoreParts } from './store-parts.ts'

/** A file on its way from one bot. */
export interface OpenDownload {
  readonly bot: BotApi
  /** Where in the file the bytes begin. */
  readonly offset: number
  readonly bytes: AsyncIterator<Uint8Array>
  /** Ends the transfer if it is still under way. */
  end(): void
}

export interface Downloads {
  readonly lanes: StoreParts['lanes']
  readonly clock: StoreParts['clock']
  readonly handles: Handles
  readonly loads: BotLoads
}

/** Bots that answer well and get nowhere: an end must come. */
const MAX_ROUNDS = 8
const TRIES = 3
const FIRST_WAIT_MS = 400

/**
 * Opens one copy through any bot that can: the one of those that know the file with the fewest open downloads, else one
 * that is made to know it. `avoid` are bots that failed in this read; more are added. Rejects with a CopyFault,
 * StoreUnavailableError, TelegramError, the signal's reason.
 */
export async function openDownload(downloads: Downloads, wish: DownloadWish): Promise<OpenDownload> {
  const { lanes, handles, loads } = downloads
  const { blob, copy, avoid, signal } = wish
  let preferBotId = loads.leastLoaded(await handles.holders(copy, loads.botIds), avoid)
  for (let round = 0; round < MAX_ROUNDS; round++) {
    // Who knows the file is most likely to be found among the bots of its channel.
    const prefer = preferBotId === undefined ? { chatIds: [copy.chatId] } : { preferBotId }
    const opened = await lanes.run(
      { kind: 'read', avoidBotIds: [...avoid], ...prefer, ...(signal && { signal }) },
      ({ bot }) => openOn(downloads, bot, wish),
    )
    if ('bytes' in opened) return opened
    preferBotId = await untilAborted(handles.make(blob, copy, opened.withoutHandle), signal)
    // Nobody else can: it gets another chance.
    avoid.delete(preferBotId)
  }
  throw new StoreUnavailableError(`No bot could fetch message ${copy.messageId} of chat ${copy.chatId}.`)
}

export interface DownloadWish {
  readonly blob: ChannelBlob
  readonly copy: ChannelCopy
  readonly offset: number
  readonly avoid: Set<number>
  readonly signal: AbortSignal | undefined
}

async function openOn(
  downloads: Downloads,
  bot: BotApi,
  wish: DownloadWish,
): Promise<OpenDownload | { readonly withoutHandle: number }> {
  const { handles, loads, clock } = downloads
  const { copy, avoid, signal } = wish
  loads.meet(bot.id)
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    try {
      return (await tryOn(downloads, bot, wish)) ?? { withoutHandle: bot.id }
    } catch (error) {
      if (!isStale(error)) {
        avoid.add(bot.id)
        throw error
      }
      // The first time a new link does it; then it may mean that the file is not at hand just now.
      if (attempt > 1 && error.maySettle) await clock.sleep(FIRST_WAIT_MS * 2 ** attempt, signal)
    }
  }
  // Its handle leads nowhere: it needs a new one, or another bot does better.
  await handles.drop(bot, copy)
  avoid.add(bot.id)
  return { withoutHandle: bot.id }
}

function isStale(error: unknown): error is TelegramError {
  return error instanceof TelegramError && error.kind === 'stale-file'
}

/** Null when the bot has no handle. */
async function tryOn({ handles }: Downloads, bot: BotApi, wish: DownloadWish): Promise<OpenDownload | null> {
  const { copy, offset, signal } = wish
  const ended = new AbortController()
  const whole = signal ? AbortSignal.any([signal, ended.signal]) : ended.signal
  const link = await untilAborted(handles.link(bot, copy), signal)
  if (!link) return null
  try {
    const file = await bot.download(link.filePath, { offset, signal: whole })
    return { bot, offset: file.offset, bytes: file.bytes[Symbol.asyncIterator](), end: () => ended.abort() }
  } catch (error) {
    link.forget()
    throw error
  }
}

/** Whether another copy may still do. */
export function isAboutOneCopy(error: unknown): error is CopyFault | ProductError {
  return error instanceof CopyFault || error instanceof ProductError
}
