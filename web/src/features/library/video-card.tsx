import { CircleAlert, Play } from 'lucide-react'
import { Link } from 'wouter'
import type { VideoSummary } from '../../../../src/surfaces/http/contract/video.ts'
import { Poster } from '../../components/poster.tsx'
import { ProgressBar } from '../../components/progress-bar.tsx'
import { formatClock, spokenDuration } from '../../lib/format.ts'
import { t } from '../../strings/strings.ts'
import { CardFacts } from './card-facts.tsx'
import { CardMenu } from './card-menu.tsx'

/** A video in the library: poster, title, facts, state. */
export function VideoCard({ video }: { readonly video: VideoSummary }) {
  const { id, title, state, durationSec, progress } = video
  return (
    <article className="group relative">
      <div className="relative aspect-video overflow-hidden rounded-xl border border-line bg-raised">
        <Poster id={id} url={video.posterUrl} />
        {video.playlistUrl === null ? null : (
          <span
            aria-hidden="true"
            className="absolute inset-0 grid place-items-center bg-black/35 opacity-0 transition-opacity duration-150 group-focus-within:opacity-100 group-hover:opacity-100"
          >
            <span className="grid size-12 place-items-center rounded-full bg-accent text-on-accent">
              <Play className="ml-0.5 size-5 fill-current" />
            </span>
          </span>
        )}
        {state === 'error' ? (
          <span className="absolute top-2 left-2 flex items-center gap-1 rounded-md bg-bad-soft px-1.5 py-0.5 text-xs font-medium text-bad">
            <CircleAlert className="size-3.5" aria-hidden="true" />
            {t.library.card.failed}
          </span>
        ) : null}
        {durationSec === null ? null : (
          <span className="tabular absolute right-2 bottom-2 rounded-md bg-black/75 px-1.5 py-0.5 text-xs font-medium text-white">
            <span aria-hidden="true">{formatClock(durationSec)}</span>
            <span className="sr-only">{spokenDuration(durationSec)}</span>
          </span>
        )}
        {state === 'processing' ? (
          <ProgressBar
            value={progress?.percent ?? 0}
            label={t.library.card.processing(progress?.percent ?? null)}
            className="absolute inset-x-0 bottom-0 h-1 rounded-none"
          />
        ) : null}
      </div>
      <div className="mt-2.5 flex items-start gap-1">
        <div className="min-w-0 flex-1">
          <h2 dir="auto" className="truncate text-sm font-medium">
            <Link
              href={`/video/${id}`}
              className="after:absolute after:inset-0 after:rounded-xl focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-offset-2 focus-visible:after:outline-accent"
              title={title}
            >
              {title}
            </Link>
          </h2>
          <CardFacts video={video} />
        </div>
        <CardMenu video={video} />
      </div>
    </article>
  )
}
