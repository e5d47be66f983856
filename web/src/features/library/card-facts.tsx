import { Captions } from 'lucide-react'
import type { VideoSummary } from '../../../../src/surfaces/http/contract/video.ts'
import { Chip } from '../../components/chip.tsx'
import { codecName, formatClock, resolutionName } from '../../lib/format.ts'
import { t } from '../../strings/strings.ts'

/** Below the title: what it is, or how far it is, or why it failed. */
export function CardFacts({ video }: { readonly video: VideoSummary }) {
  const { state, progress, playableSec, failure } = video
  if (state === 'error') {
    return (
      <p className="mt-1 line-clamp-2 text-xs text-bad" dir="auto">
        {failure?.message ?? t.library.card.failed}
      </p>
    )
  }
  if (state === 'processing') {
    return (
      <p className="tabular mt-1 text-xs text-muted">
        {t.library.card.processing(progress?.percent ?? null)}
        {playableSec > 0 && (
          <span className="text-accent-ink"> · {t.library.card.watchNow(formatClock(playableSec))}</span>
        )}
      </p>
    )
  }
  const resolution = resolutionName(video.width, video.height)
  return (
    <div className="mt-1.5 flex h-5.5 flex-wrap gap-1 overflow-hidden">
      {resolution ? <Chip tone="accent">{resolution}</Chip> : null}
      {video.videoRange && video.videoRange !== 'SDR' ? <Chip>HDR</Chip> : null}
      {video.subtitleCount > 0 ? (
        <Chip>
          <Captions className="size-3.5" aria-hidden="true" />
          <span aria-hidden="true">{video.subtitleCount}</span>
          <span className="sr-only">{t.library.card.subtitles(video.subtitleCount)}</span>
        </Chip>
      ) : null}
      {video.codecs.map((codec) => (
        <Chip key={codec}>{codecName(codec)}</Chip>
      ))}
    </div>
  )
}
