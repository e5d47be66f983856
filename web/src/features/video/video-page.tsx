import { useQuery } from '@tanstack/react-query'
import { ArrowLeft } from 'lucide-react'
import { useRef } from 'react'
import { Link, useSearchParams } from 'wouter'
import { EmptyState } from '../../components/empty-state.tsx'
import { PageTitle } from '../../components/page-title.tsx'
import { ProblemCard } from '../../components/problem-card.tsx'
import type { PlayerComponent, PlayerHandle } from '../../lib/player-handle.ts'
import { ProblemError } from '../../lib/problem-error.ts'
import { detailsQuery } from '../../lib/queries.ts'
import { t } from '../../strings/strings.ts'
import { Stage } from './stage.tsx'
import { VideoHeader } from './video-header.tsx'
import { VideoSections } from './video-sections.tsx'

/** One video: the player, and all there is to know and do. */
export function VideoPage({ id, Player }: { readonly id: string; readonly Player: PlayerComponent }) {
  const { data: video, error, refetch } = useQuery(detailsQuery(id))
  const [search] = useSearchParams()
  const player = useRef<PlayerHandle>(null)
  // What is no id at all is refused as a wrong question; to whoever followed a link it is the same.
  const isGone = error instanceof ProblemError && (error.status === 404 || error.status === 400)
  return (
    <div className="mx-auto grid max-w-6xl grid-cols-1 gap-5">
      <Link
        href="/"
        className="-ml-1 flex h-7 w-fit items-center gap-1.5 rounded-md px-1 text-sm text-muted hover:text-ink max-md:h-11"
      >
        <ArrowLeft className="size-4" aria-hidden="true" />
        {t.video.back}
      </Link>
      {error ? (
        <>
          <PageTitle title={isGone ? t.notFound.title : t.brand} hidden />
          {isGone ? (
            <EmptyState title={t.notFound.title} body={t.notFound.body} />
          ) : (
            <ProblemCard error={error} onRetry={() => void refetch()} />
          )}
        </>
      ) : null}
      {video && !isGone ? (
        <>
          <Stage video={video} Player={Player} player={player} autoPlay={search.has('play')} />
          <VideoHeader video={video} />
          <VideoSections video={video} onChapter={(sec) => player.current?.playFrom(sec)} />
        </>
      ) : null}
      {!video && !error ? <Skeleton /> : null}
    </div>
  )
}

function Skeleton() {
  return (
    <div className="appear-late grid gap-4" aria-hidden="true">
      <div className="aspect-video max-h-[calc(100dvh-9rem)] w-full rounded-2xl bg-raised" />
      <div className="h-7 w-1/2 rounded bg-raised" />
      <div className="h-4 w-1/3 rounded bg-raised" />
    </div>
  )
}
