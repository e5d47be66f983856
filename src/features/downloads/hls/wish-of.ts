import type { InitNames } from './init-names.ts'
import { keyWish } from './media-key.ts'
import type { SegmentWish } from './segment-wish.ts'
import type { ListedSegment } from './snapshot.ts'
import { uriPath } from './uri-path.ts'

/** Where a segment stands in its recording. */
type WishPlace = Pick<SegmentWish, 'rendition' | 'position' | 'period' | 'startSec'>

const ABSENT = 'the playlist marks it as absent (EXT-X-GAP)'

export function wishOf(segment: ListedSegment, place: WishPlace, names: InitNames): SegmentWish {
  const { msn, durationSec, url, byteRange, init, key, gap, unreadable } = segment
  return {
    ...place,
    msn,
    durationSec,
    url,
    uriPath: uriPath(url),
    byteRange,
    init: init && names.wish(init, place.period),
    key: keyWish(key, msn),
    gap: gap ? ABSENT : unreadable,
  }
}
