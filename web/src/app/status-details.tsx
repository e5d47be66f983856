import { CircleAlert } from 'lucide-react'
import { use } from 'react'
import type { Status } from '../../../src/surfaces/http/contract/status.ts'
import { Facts } from '../components/facts.tsx'
import { FeedStateContext } from '../lib/feed-state.ts'
import { formatBytes, formatClock } from '../lib/format.ts'
import { t } from '../strings/strings.ts'
import { BotList } from './bot-list.tsx'

const FEED = { live: t.status.live, connecting: t.status.reconnecting, polling: t.status.polling }

/** What stands behind the strip: every problem with its fix, and the facts. */
export function StatusDetails({ status }: { readonly status: Status }) {
  const feed = use(FeedStateContext)
  const { disk, cache, ffmpeg, hardwareEncoder, network } = status
  const facts: [string, string][] = [
    [t.status.store, status.store.description],
    [t.status.stored, formatBytes(status.library.storedBytes)],
    [t.status.disk, diskText(disk)],
    [t.status.cache, cacheText(cache)],
    [t.status.ffmpeg, ffmpeg.version ?? t.status.ffmpegMissing],
    [t.status.encoder, hardwareEncoder.active ?? t.status.software],
    [t.status.sandbox, status.sandbox],
    [t.status.address, network.publicUrl ?? network.localUrl],
    [t.status.version, status.version],
    [t.status.uptime, formatClock(status.uptimeSec)],
    [t.status.feed, FEED[feed]],
  ]
  return (
    <div className="grid gap-4 px-4 pb-4 md:px-8">
      {status.problems.length > 0 && (
        <ul className="grid gap-2">
          {status.problems.map(({ message, fix }) => (
            <li key={message} className="flex gap-2.5 rounded-lg bg-warn-soft px-3 py-2 text-sm">
              <CircleAlert className="mt-0.5 size-4 shrink-0 text-warn" aria-hidden="true" />
              <span>
                {message} {fix ? <span className="text-muted">{t.status.fix(fix)}</span> : null}
              </span>
            </li>
          ))}
        </ul>
      )}
      <Facts facts={facts} />
      <BotList store={status.store} />
    </div>
  )
}

function cacheText({ hits, misses, hitRate, bytes }: Status['cache']): string {
  if (hits + misses === 0) return t.status.cacheUnused
  return t.status.cacheRate(Math.round(hitRate * 100), formatBytes(bytes))
}

function diskText({ freeBytes, totalBytes }: Status['disk']): string {
  if (freeBytes === null || totalBytes === null) return t.status.unknown
  return t.status.diskOf(formatBytes(freeBytes), formatBytes(totalBytes))
}
