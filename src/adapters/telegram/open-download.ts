import type { ChannelBlob, ChannelCopy } from '#domain/channel-ledger.ts'
import { ProductError, StoreUnavailableError } from '#domain/errors.ts'
import { TelegramError } from './api-error.ts'
import type { BotApi } from './bot-api.ts'
import { CopyFault } from './copy-faults.ts'
import type { Handles } from './handles.ts'
import type { LaneWish } from './lane.ts'
import { untilAborted } from './until-aborted.ts'
import type { BotLoads } from './bot-loads.ts'
import type { StreamingBots } from './streaming-bots.ts'
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
  readonly streamingBots: StreamingBots
}

/** Bots that answer well and get nowhere: an end must come. */
const MAX_ROUNDS = 8
const TRIES = 3
const FIRST_WAIT_MS = 400

/** Whoever knows the file is waited for this long; then another bot is told about it, at the price of a message. */
const PATIENCE_MS = 3000
/** No viewer waits longer than this for a bot that would only be less busy. */
const TELLING_MS = 1500

/**
 * Opens one copy through any bot that can: the one of those that know the file with the fewest open downloads, else one
 * that is made to know it. `avoid` are bots that failed in this read; more are added. Rejects with a CopyFault,
 * StoreUnavailableError, TelegramError, the signal's reason.
 */
export async function openDownload(downloads: Downloads, wish: DownloadWish): Promise<OpenDownload> {
  const { handles, loads } = downloads
  const { blob, copy, avoid, signal } = wish
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const holders = await handles.holders(copy, loads.botIds)
    const holderId = loads.leastLoaded(holders, avoid)
    // Those that come at the same moment see it, too.
    using _opening = holderId === undefined ? null : loads.load(holderId)
    const preferBotId = holderId === undefined ? undefined : await lessBusy(downloads, wish, holders, holderId)
    const opened =
      preferBotId === undefined
        ? // Who knows the file is most likely to be found among the bots of its channel.
          await openOnAny(downloads, wish, { chatIds: [copy.chatId], avoidBotIds: [...avoid] })
        : await openOnHolder(downloads, wish, holders, preferBotId)
    if ('bytes' in opened) return opened
    const botId = await untilAborted(handles.make(blob, copy, opened.withoutHandle), signal)
    loads.meet(botId)
    // Nobody else can: it gets another chance.
    avoid.delete(botId)
  }
  throw new StoreUnavailableError(`No bot could fetch message ${copy.messageId} of chat ${copy.chatId}.`)
}

/** The holder, or a streaming bot that has less to do and was told of the file just now. */
async function lessBusy(
  { handles, loads, streamingBots, clock }: Downloads,
  { blob, copy, avoid, signal }: DownloadWish,
  holders: number[],
  holderId: number,
): Promise<number> {
  const readerId = streamingBots.worthTelling(holders, holderId, avoid)
  if (readerId === undefined) return holderId
  // Counted at once: others that come meanwhile see that it has something to do.
  using _busy = loads.load(readerId)
  const patience = new AbortController()
  const outOfPatience = clock.sleep(TELLING_MS, patience.signal).then(
    () => null,
    () => null,
  )
  const telling = handles.make(blob, copy, readerId).catch(() => null)
  const told = await untilAborted(Promise.race([telling, outOfPatience]), signal)
  patience.abort()
  if (told !== null) holders.push(told)
  if (told === readerId) return readerId
  streamingBots.couldNotBeTold(readerId)
  return holderId
}

async function openOnHolder(
  downloads: Downloads,
  wish: DownloadWish,
  holders: readonly number[],
  preferBotId: number,
): Promise<Opened> {
  const { clock, loads } = downloads
  const strangers = [...loads.botIds].filter((botId) => !holders.includes(botId))
  const started = new AbortController()
  const patience = new AbortController()
  const signal = wish.signal ? AbortSignal.any([wish.signal, patience.signal]) : patience.signal
  const waiting = clock.sleep(PATIENCE_MS, started.signal).then(
    () => patience.abort(OUT_OF_PATIENCE),
    () => {},
  )
  const avoidBotIds = [...new Set([...wish.avoid, ...strangers])]
  try {
    const chosen = { preferBotId, avoidBotIds, signal }
    return await openOnAny(downloads, { ...wish, onStart: () => started.abort() }, chosen)
  } catch (error) {
    if (error !== OUT_OF_PATIENCE) throw error
    return await openOnAny(downloads, wish, { preferBotId, avoidBotIds: [...wish.avoid] })
  } finally {
    started.abort()
    await waiting
  }
}

const OUT_OF_PATIENCE = new Error('The bots that know the file are busy.')

type Opened = OpenDownload | { readonly withoutHandle: number }

function openOnAny(
  downloads: Downloads,
  wish: DownloadWish & { readonly onStart?: () => void },
  chosen: Omit<LaneWish, 'kind'>,
): Promise<Opened> {
  return downloads.lanes.run({ kind: 'read', ...(wish.signal && { signal: wish.signal }), ...chosen }, ({ bot }) => {
    wish.onStart?.()
    return openOn(downloads, bot, wish)
  })
}

export interface DownloadWish {
  readonly blob: ChannelBlob
  readonly copy: ChannelCopy
  readonly offset: number
  readonly avoid: Set<number>
  readonly signal: AbortSignal | undefined
}

async function openOn(downloads: Downloads, bot: BotApi, wish: DownloadWish): Promise<Opened> {
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
