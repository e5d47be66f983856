import { useQueries } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import type { VideoSummary } from '../../../../src/surfaces/http/contract/video.ts'
import { useHiddenVideos } from '../../lib/pending-removals.ts'
import { type LibraryFilter, listQuery, PAGE_SIZE } from '../../lib/queries.ts'
import { t } from '../../strings/strings.ts'
import { GRID_GAP, placeOf } from './grid-layout.ts'
import { SkeletonCard } from './skeleton-card.tsx'
import { useGridWindow } from './use-grid-window.ts'
import { usePlaceAfterRemoval } from './use-place-after-removal.ts'
import { VideoCard } from './video-card.tsx'

/** Draws and loads only what stands in view, so that ten thousand videos scroll like ten. */
export function VideoGrid({ filter, total }: { readonly filter: LibraryFilter; readonly total: number }) {
  const grid = useRef<HTMLUListElement>(null)
  const hidden = useHiddenVideos()
  const hearKeys = usePlaceAfterRemoval(grid, hidden)
  const [gaps, setGaps] = useState<readonly number[]>([])
  const { layout, window } = useGridWindow(grid, total - gaps.length)
  const videos = useVideos(filter, window.first, window.end + gaps.length)
  const found = [...videos].filter(([, { id }]) => hidden.has(id)).map(([place]) => place)
  if (found.join() !== gaps.join()) setGaps(found)
  const indexes = Array.from({ length: window.end - window.first }, (_, index) => window.first + index)
  return (
    <ul
      ref={grid}
      aria-label={t.library.grid}
      onKeyDownCapture={hearKeys}
      className="relative"
      style={{ height: window.height }}
    >
      {indexes.map((index) => {
        const video = videos.get(placeOf(index, gaps))
        const column = index % layout.columns
        const row = Math.floor(index / layout.columns)
        return (
          <li
            key={video?.id ?? index}
            data-video={video?.id}
            aria-setsize={total - gaps.length}
            aria-posinset={index + 1}
            className="absolute"
            style={{
              width: layout.cardWidth,
              height: layout.rowHeight - GRID_GAP,
              left: column * (layout.cardWidth + GRID_GAP),
              top: row * layout.rowHeight,
            }}
          >
            {video ? <VideoCard video={video} /> : <SkeletonCard />}
          </li>
        )
      })}
    </ul>
  )
}

/** The videos of the pages in view, by their place in the list. */
function useVideos(filter: LibraryFilter, first: number, end: number): ReadonlyMap<number, VideoSummary> {
  const firstPage = Math.floor(first / PAGE_SIZE)
  const pages = Math.max(1, Math.ceil(end / PAGE_SIZE) - firstPage)
  const numbers = Array.from({ length: pages }, (_, index) => firstPage + index)
  const results = useQueries({ queries: numbers.map((page) => listQuery(filter, page)) })
  const videos = new Map<number, VideoSummary>()
  for (const [index, { data }] of results.entries()) {
    const start = (firstPage + index) * PAGE_SIZE
    for (const [place, video] of data?.videos.entries() ?? []) videos.set(start + place, video)
  }
  return videos
}
