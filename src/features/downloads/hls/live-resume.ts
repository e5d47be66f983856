import type { RecordedSegment } from '#domain/recording.ts'
import type { InitNames } from './init-names.ts'
import type { SegmentWish } from './segment-wish.ts'
import { segmentOf, type Snapshot } from './snapshot.ts'
import { uriPath } from './uri-path.ts'
import { wishOf } from './wish-of.ts'

/** Of places that no playlist lists. */
const WHY_LOST = 'it passed while the recording stood still'

/**
 * Places between recorded segments that were still empty when an earlier run ended: wished again while the playlist
 * lists them, told as gaps when it does not. Their numbers follow from their neighbours.
 */
export function earlierWishes(
  rendition: string,
  recorded: readonly RecordedSegment[],
  snapshot: Snapshot,
  names: InitNames,
  whyLost = WHY_LOST,
) {
  const missing: SegmentWish[] = []
  let nextPosition = 0
  let startSec = 0
  for (const [index, segment] of recorded.entries()) {
    const before = recorded[index - 1]
    for (; nextPosition < segment.position; nextPosition++) {
      const neighbour = before ?? segment
      const msn = neighbour.msn + nextPosition - neighbour.position
      const place = { rendition, position: nextPosition, period: neighbour.period, startSec }
      const wish = missingWish(msn, place, neighbour, { snapshot, names, whyLost })
      missing.push(wish)
      startSec += wish.durationSec
    }
    nextPosition = segment.position + 1
    startSec += segment.durationSec
  }
  return { missing, nextPosition, endSec: startSec }
}

function missingWish(
  msn: number,
  place: Pick<SegmentWish, 'rendition' | 'position' | 'period' | 'startSec'>,
  neighbour: RecordedSegment,
  { snapshot, names, whyLost }: { readonly snapshot: Snapshot; readonly names: InitNames; readonly whyLost: string },
): SegmentWish {
  const listed = segmentOf(snapshot, msn)
  // The playlist may have begun anew meanwhile: only beside a neighbour that it still lists is the number the same.
  const near = segmentOf(snapshot, neighbour.msn)
  const isSameStream = near === undefined || neighbour.uriPath === '' || uriPath(near.url) === neighbour.uriPath
  if (listed && isSameStream) return wishOf(listed, place, names)
  const { durationSec } = neighbour
  const nothing = { byteRange: null, init: null, key: null }
  return { ...place, ...nothing, msn, durationSec, url: snapshot.url, uriPath: '', gap: whyLost }
}
