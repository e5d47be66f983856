import type { BotStatus, Status } from '../../../src/surfaces/http/contract/status.ts'
import { Chip } from '../components/chip.tsx'
import { formatBytes } from '../lib/format.ts'
import { t } from '../strings/strings.ts'

const TONES = { ok: 'good', waiting: 'warn', failing: 'warn', 'no-access': 'bad', revoked: 'bad' } as const

/** The bots that store and read, and the channels they do it in. */
export function BotList({ store }: { readonly store: Status['store'] }) {
  if (store.bots.length === 0) return null
  return (
    <div className="grid gap-4 text-sm md:grid-cols-2">
      <section aria-label={t.status.bots}>
        <h2 className="mb-1.5 text-xs font-normal text-muted">{t.status.bots}</h2>
        <ul className="grid gap-1.5">
          {store.bots.map((bot) => (
            <Bot key={bot.setting} bot={bot} />
          ))}
        </ul>
      </section>
      <section aria-label={t.status.channels}>
        <h2 className="mb-1.5 text-xs font-normal text-muted">{t.status.channels}</h2>
        <ul className="grid gap-1.5">
          {store.channels.map((channel) => (
            <Channel key={channel.chatId} channel={channel} />
          ))}
        </ul>
      </section>
    </div>
  )
}

function Channel({ channel }: { readonly channel: Status['store']['channels'][number] }) {
  const { chatId, messages, bytes, forecastBytes, isNearlyFull, isFull } = channel
  const left = forecastBytes === null || isFull ? '' : t.status.room(formatBytes(forecastBytes))
  return (
    <li className="tabular flex flex-wrap items-center gap-x-2">
      <span>{chatId}</span>
      <span className="text-muted">
        {[t.status.kept(messages, formatBytes(bytes)), left].filter((part) => part !== '').join(', ')}
      </span>
      {isFull || isNearlyFull ? <Chip tone="warn">{isFull ? t.status.full : t.status.nearlyFull}</Chip> : null}
    </li>
  )
}

function Bot({ bot }: { readonly bot: BotStatus }) {
  const { setting, username, state, sentBytes, receivedBytes, lastFault } = bot
  return (
    <li className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
      <Chip tone={TONES[state]}>{t.status.botStates[state]}</Chip>
      <span dir="auto">{username ? `@${username}` : setting}</span>
      <span className="tabular text-muted">{t.status.moved(formatBytes(sentBytes), formatBytes(receivedBytes))}</span>
      {lastFault && state !== 'ok' ? <span className="basis-full text-xs text-muted">{lastFault}</span> : null}
    </li>
  )
}
