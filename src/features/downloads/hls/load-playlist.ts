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
export function loadPlaylist(url: string, { web, identity }: PlaylistAccess, signal: AbortSignal): Promise<WebText> {
  return web.text({ url, identity, maxBytes: MAX_PLAYLIST_BYTES, timeoutMs: MAX_LOAD_MS, fresh: true }, signal)
}
