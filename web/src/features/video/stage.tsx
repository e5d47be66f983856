import { type RefObject, Suspense } from 'react'
import type { VideoDetails } from '../../../../src/surfaces/http/contract/video.ts'
import { Poster } from '../../components/poster.tsx'
import type { PlayerComponent, PlayerHandle } from '../../lib/player-handle.ts'
import { FailedCard } from './failed-card.tsx'
import { ProcessingCard } from './processing-card.tsx'

/** What stands at the top: the player, or why there is none yet. */
export function Stage({
  video,
  Player,
  player,
  autoPlay,
}: {
  readonly video: VideoDetails
  readonly Player: PlayerComponent
  readonly player: RefObject<PlayerHandle | null>
  readonly autoPlay: boolean
}) {
  const still = (
    <div className="aspect-video max-h-[calc(100dvh-9rem)] w-full overflow-hidden rounded-2xl bg-raised max-md:-mx-4 max-md:w-[calc(100%+2rem)] max-md:rounded-none">
      <Poster id={video.id} url={video.posterUrl} eager />
    </div>
  )
  return (
    <>
      {video.state === 'error' && <FailedCard video={video} />}
      {video.playlistUrl !== null && video.state !== 'error' && (
        <Suspense fallback={still}>
          <Player video={video} autoPlay={autoPlay} ref={player} />
        </Suspense>
      )}
      {video.playlistUrl === null && video.state === 'processing' && still}
      {video.state === 'processing' && <ProcessingCard video={video} />}
    </>
  )
}
