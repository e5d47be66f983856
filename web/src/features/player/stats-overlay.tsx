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
    // In a small picture it stays above the controls.
    <div className="absolute top-3 left-3 z-10 rounded-xl bg-black/80 px-3 py-2 text-xs text-white @max-lg:inset-x-2 @max-lg:top-2 @max-lg:text-[0.6875rem]">
      <h3 className="mb-1 pr-11 leading-6 font-semibold @max-lg:mb-0">{t.player.stats}</h3>
      <IconButton label={t.player.statsClose} onClick={onClose} className="absolute top-0 right-0">
        <X className="size-4" aria-hidden="true" />
      </IconButton>
      <dl className="tabular grid grid-cols-[auto_auto] gap-x-4 gap-y-0.5 @max-lg:grid-cols-[auto_auto_auto_minmax(0,1fr)] @max-lg:gap-x-2">
        {rows.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="whitespace-nowrap text-white/70">{name}</dt>
            <dd className="truncate font-mono @max-lg:font-sans">{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}
