import { keyWish } from './media-key.ts'
import type { PlaylistFeed } from './playlist-feed.ts'
import type { SegmentWish } from './segment-wish.ts'

/** The same segment at its fresh address; null when the playlist does not list it any more. */
export async function refreshWish(
  wish: SegmentWish,
  feed: PlaylistFeed,
  signal: AbortSignal,
): Promise<SegmentWish | null> {
  const { msn, uriPath: path, url } = wish
  const listed = await feed.find({ msn, path, url }, signal)
  if (!listed || listed.gap || listed.unreadable !== null) return null
  return {
    ...wish,
    url: listed.url,
    byteRange: listed.byteRange,
    // The name stays: it is the init section of the same segment.
    init: listed.init && { ...listed.init, key: wish.init?.key ?? listed.init.url },
    key: keyWish(listed.key, msn),
  }
}
