import { X } from 'lucide-react'
import { type RefObject, useEffect, useState } from 'react'
import { IconButton } from '../../components/button.tsx'
import { formatBitRate, formatClock } from '../../lib/format.ts'
import { t } from '../../strings/strings.ts'
import type { Engine } from './engine.ts'
import type { MediaState } from './media-state.ts'

/** Figures for the curious and for reports, renewed twice a second. */
export function StatsOverlay({
  video,
  engine,
  media,
  onClose,
}: {
  readonly video: RefObject<HTMLVideoElement | null>
  readonly engine: Engine | null
  readonly media: MediaState
  readonly onClose: () => void
}) {
  const [, renew] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => renew((count) => count + 1), 500)
    return () => clearInterval(timer)
  }, [])
  const words = t.player.statsRows
  const stats = engine?.stats()
  const frames = video.current?.getVideoPlaybackQuality?.()
  const rows = [
    [words.size, `${video.current?.videoWidth ?? 0} × ${video.current?.videoHeight ?? 0}`],
    [words.rate, stats?.bitRate ? formatBitRate(stats.bitRate) : '–'],
    [words.estimate, stats?.connectionBitRate ? formatBitRate(stats.connectionBitRate) : '–'],
    [words.dropped, frames ? `${frames.droppedVideoFrames} / ${frames.totalVideoFrames}` : '–'],
    [words.buffer, `${Math.max(0, media.bufferedEnd - media.currentTime).toFixed(1)} s`],
    [words.codecs, stats?.codecs || '–'],
    [words.position, formatClock(media.currentTime)],
    [words.engine, engine?.kind ?? '–'],
  ]
  return (
    <div className="absolute top-3 left-3 z-10 rounded-xl bg-black/80 py-2 pr-2 pl-3 text-xs text-white">
      <div className="flex items-center justify-between gap-6">
        <h3 className="font-semibold">{t.player.stats}</h3>
        <IconButton label={t.player.statsClose} onClick={onClose}>
          <X className="size-4" aria-hidden="true" />
        </IconButton>
      </div>
      <dl className="tabular grid grid-cols-[auto_auto] gap-x-4 gap-y-0.5 pr-2 pb-1">
        {rows.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-white/70">{name}</dt>
            <dd className="font-mono">{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}
