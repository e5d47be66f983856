import type { Web, WebIdentity, WebText } from '#domain/web.ts'
import type { Pace } from './pace.ts'

/** The parser takes no more either (`lib/hls/playlist-limits`). */
const MAX_PLAYLIST_BYTES = 8 * 1024 * 1024
const MAX_LOAD_MS = 30_000

/** How playlists are fetched, and as whom. */
export interface PlaylistAccess {
  readonly web: Web
  readonly identity: WebIdentity
  readonly pace: Pace
}

/** Never from memory: a playlist that may have changed since is asked for anew. Rejects like `Web.text`. */
export function loadPlaylist(url: string, access: PlaylistAccess, signal: AbortSignal): Promise<WebText> {
  return load(url, access, true, signal)
}

/** What says of itself that nothing will ever be added (RFC 8216bis §4.4.3.5, §4.4.3.4). */
const COMPLETE = /^#EXT-X-(?:ENDLIST|PLAYLIST-TYPE:VOD)\s*$/m

/** From memory when it is complete: whoever has just looked at a film need not ask again for its playlists. Rejects like `Web.text`. */
export async function loadFirstPlaylist(url: string, access: PlaylistAccess, signal: AbortSignal): Promise<WebText> {
  const text = await load(url, access, false, signal)
  return text.remembered && !COMPLETE.test(text.text) ? loadPlaylist(url, access, signal) : text
}

function load(url: string, { web, identity }: PlaylistAccess, fresh: boolean, signal: AbortSignal): Promise<WebText> {
  return web.text({ url, identity, maxBytes: MAX_PLAYLIST_BYTES, timeoutMs: MAX_LOAD_MS, fresh }, signal)
}
