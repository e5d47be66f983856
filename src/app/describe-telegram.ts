import type { ChannelRoomFigures } from '#adapters/telegram/channel-figures.ts'
import type { ScrubFinding } from '#adapters/telegram/scrub.ts'
import type { BotStatus, LanesStatus } from '#adapters/telegram/lanes-status.ts'
import type { ProductError } from '#domain/errors.ts'
import type { HostStatus } from '#surfaces/http/http-ports.ts'

type StoreStatus = HostStatus['store']

/** Bots and channels, as the status page shows them. */
export function describeTelegram(
  { bots, waiting }: LanesStatus,
  channels: readonly ChannelRoomFigures[],
  encryption: boolean,
): StoreStatus {
  const kept = channels.length === 1 ? 'a Telegram channel' : `${channels.length} Telegram channels`
  return {
    kind: 'telegram',
    description: `${kept[0]?.toUpperCase()}${kept.slice(1)}, ${encryption ? 'encrypted' : 'NOT encrypted'}`,
    waiting: waiting?.message ?? null,
    bots: bots.map(presentBot),
    channels: channels.map(({ rollOverAtId, topMessageId, ...figures }) => {
      return { ...figures, usedMessages: topMessageId, maxMessages: rollOverAtId }
    }),
  }
}

function presentBot(bot: BotStatus): StoreStatus['bots'][number] {
  const until = bot.chats.map(({ waitingUntil }) => waitingUntil?.getTime() ?? 0)
  const latest = Math.max(0, ...until)
  return {
    setting: bot.setting,
    username: bot.username,
    state: bot.state,
    waitingUntil: latest > 0 ? new Date(latest).toISOString() : null,
    lastFault: bot.lastFault?.message ?? null,
    sentBytes: bot.sentBytes,
    receivedBytes: bot.receivedBytes,
    limits: bot.limits,
  }
}

/** What a person should mend: bots that are out of service, channels that are full, and the last ones that soon will be. */
export function problemsOfTelegram(
  { bots }: LanesStatus,
  channels: readonly ChannelRoomFigures[],
): HostStatus['problems'] {
  const broken = bots.flatMap(({ setting, state, chats, lastFault }) => {
    if (state !== 'revoked' && state !== 'no-access') return []
    const why = chats.find((chat) => chat.why !== null)
    const message = `${setting} is out of service: ${why?.why ?? lastFault?.message ?? state}`
    return [{ message, fix: why?.fix ?? lastFault?.fix ?? null }]
  })
  const full = channels.filter(({ isFull }) => isFull)
  const fullOnes = full.map(({ chatId }) => ({
    message: `Channel ${chatId} takes no more messages.`,
    fix: NEXT_CHANNEL,
  }))
  return [...broken, ...fullOnes, ...nearlyFullOnes(channels)]
}

const NEXT_CHANNEL = 'Make another channel, add the bots as administrators, and set it as CHAT_ID_2 … CHAT_ID_10.'

/** One channel may be set twice, by its name and by its number: only Telegram knows that it is one. */
export function problemsOfReplicas(wanted: number, chatIds: readonly number[]): HostStatus['problems'] {
  if (wanted <= chatIds.length) return []
  const message = `REPLICAS=${wanted}, but there are only ${chatIds.length} different channels: so many copies are kept.`
  return [{ message, fix: 'Set another channel as CHAT_ID_2 … CHAT_ID_10; two of them are one and the same.' }]
}

/** While one has room there is nothing to do: the others go on there. */
function nearlyFullOnes(channels: readonly ChannelRoomFigures[]): HostStatus['problems'] {
  if (channels.some(({ isNearlyFull }) => !isNearlyFull)) return []
  const left = channels.filter(({ isFull }) => !isFull)
  return left.map(({ chatId, topMessageId, rollOverAtId }) => ({
    message: `Channel ${chatId} has used ${topMessageId} of ${rollOverAtId} messages, and no other one has room.`,
    fix: NEXT_CHANNEL,
  }))
}

/** Per video: a person mends a film, not a pack. */
export function problemsOfScrub(findings: readonly ScrubFinding[]): HostStatus['problems'] {
  const byVideo = Map.groupBy(findings, ({ name }) => name.slice(0, name.lastIndexOf('/')))
  return [...byVideo].map(([videoId, lost]) => {
    const parts = lost.length === 1 ? 'A part' : `${lost.length} parts`
    return {
      message: `${parts} of ${videoId} cannot be read back from Telegram any more: ${lost[0]?.done[0] ?? 'no copy is left.'}`,
      fix: `\`telereel verify --video-id ${videoId}\` says which minutes are lost; upload the film again to have them back.`,
    }
  })
}

/** Whether every bot that stores there and has a good token was told that it may not: no such channel, not a member. */
export function isClosedTo({ bots }: LanesStatus, chatId: number): boolean {
  const there = bots.filter(({ state }) => state !== 'revoked').flatMap(({ chats }) => chats)
  const chats = there.filter((chat) => chat.chatId === chatId)
  return chats.length > 0 && chats.every(({ state }) => state === 'no-access')
}

/** Channels of a new library that cannot be begun in, and one that holds another library. */
export function problemsOfClaims(about: {
  readonly conflict: ProductError | null
  readonly faults: ReadonlyMap<number, ProductError>
}): HostStatus['problems'] {
  const { conflict, faults } = about
  const closed = [...faults].map(([chatId, { message, why, fix }]) => {
    return { message: `Nothing is stored in channel ${chatId}: ${why ?? message}`, fix: fix ?? null }
  })
  return [...(conflict ? [{ message: conflict.message, fix: conflict.fix ?? null }] : []), ...closed]
}
