import type { MediaPlaylist } from '#lib/hls/media-playlist.ts'
import type { MultivariantPlaylist } from '#lib/hls/multivariant-playlist.ts'

/** The name that a stream gives itself (EXT-X-SESSION-DATA `com.apple.hls.title`); null when it gives none. */
export function streamTitle(playlist: MediaPlaylist | MultivariantPlaylist): string | null {
  if (playlist.kind === 'media') return null
  const data = playlist.sessionData.find(({ dataId, value }) => dataId === 'com.apple.hls.title' && value !== null)
  const title = data?.value
    ?.replace(/\p{Cc}/gu, ' ')
    .trim()
    .slice(0, 200)
  return title || null
}
