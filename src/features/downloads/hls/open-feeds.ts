import { PlaylistUnreadableError, ProductError } from '#domain/errors.ts'
import { MAX_SEGMENTS } from '#lib/hls/playlist-limits.ts'
import type { PlannedRendition } from './planned-rendition.ts'
import { type FeedAccess, PlaylistFeed } from './playlist-feed.ts'

const OPEN_AT_ONCE = 6
/** Over all renditions: each segment takes memory as long as the download runs. */
const MAX_ALL_SEGMENTS = 3 * MAX_SEGMENTS

/**
 * Loads the playlists of all renditions, in their order. Subtitles that cannot be had are left out and told; for picture
 * and sound it rejects like `PlaylistFeed.open`, and with PlaylistUnreadableError when all together are too long.
 */
export async function openFeeds(
  renditions: readonly PlannedRendition[],
  access: FeedAccess,
  notes: string[],
  signal: AbortSignal,
): Promise<readonly PlaylistFeed[]> {
  const feeds: (PlaylistFeed | null)[] = renditions.map(() => null)
  const others = new AbortController()
  const either = AbortSignal.any([signal, others.signal])
  const waiting = renditions.entries()
  let count = 0
  const open = async () => {
    for (const [index, rendition] of waiting) {
      const feed = await openOne(rendition, access, notes, either)
      feeds[index] = feed
      count += feed?.snapshot.segments.length ?? 0
      if (count > MAX_ALL_SEGMENTS) throw tooLong()
    }
  }
  try {
    await Promise.all(Array.from({ length: OPEN_AT_ONCE }, open))
  } catch (error) {
    others.abort(error)
    throw error
  }
  return feeds.filter((feed) => feed !== null)
}

async function openOne(
  rendition: PlannedRendition,
  access: FeedAccess,
  notes: string[],
  signal: AbortSignal,
): Promise<PlaylistFeed | null> {
  try {
    return await PlaylistFeed.open(rendition, access, signal)
  } catch (error) {
    signal.throwIfAborted()
    if (rendition.kind !== 'subtitles' || !(error instanceof ProductError)) throw error
    notes.push(`Subtitles ${rendition.name || rendition.language} were left out: ${error.message}`)
    return null
  }
}

function tooLong(): PlaylistUnreadableError {
  return new PlaylistUnreadableError('The playlists of the stream are too long.', null, {
    why: `Together they list more than ${MAX_ALL_SEGMENTS} segments.`,
    fix: 'Choose fewer languages of sound and subtitles.',
  })
}
