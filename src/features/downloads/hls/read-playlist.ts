import { PlaylistUnreadableError } from '#domain/errors.ts'
import type { WebText } from '#domain/web.ts'
import type { MediaPlaylist } from '#lib/hls/media-playlist.ts'
import type { MultivariantPlaylist } from '#lib/hls/multivariant-playlist.ts'
import { parsePlaylist } from '#lib/hls/parse-playlist.ts'
import { PlaylistError, type PlaylistErrorRule } from '#lib/hls/playlist-error.ts'

const FIXES: Record<PlaylistErrorRule, string> = {
  'not-a-playlist':
    'Check the address; a page asks for its video to be found first, and a server may want cookies or a referer.',
  'unknown-variable': 'Take the address of the multivariant playlist: it may define the variable.',
  'too-large': 'Nothing here helps: the playlist is beyond what is taken (8 MiB, 100,000 segments, 64 variants).',
}

/** Reads what was fetched; relative addresses begin at where it came from after redirects. Throws PlaylistUnreadableError. */
export function readPlaylist(
  { text, url }: Pick<WebText, 'text' | 'url'>,
  imports: ReadonlyMap<string, string> = new Map(),
): MediaPlaylist | MultivariantPlaylist {
  try {
    return parsePlaylist(text, url, { imports })
  } catch (error) {
    if (!(error instanceof PlaylistError)) throw error
    throw unreadable(error)
  }
}

function unreadable(cause: PlaylistError): PlaylistUnreadableError {
  const { rule, reason, line } = cause
  const details = { why: `Line ${line}: ${reason}.`, fix: FIXES[rule], cause }
  return new PlaylistUnreadableError('What the server sent cannot be read as a playlist.', line, details)
}

/** A media playlist where one must be. Throws PlaylistUnreadableError. */
export function readMediaPlaylistText(
  text: Pick<WebText, 'text' | 'url'>,
  imports: ReadonlyMap<string, string>,
): MediaPlaylist {
  const playlist = readPlaylist(text, imports)
  if (playlist.kind === 'media') return playlist
  throw new PlaylistUnreadableError('A multivariant playlist stands where a media playlist belongs.', 1, {
    why: 'A variant must lead to segments, not to more variants (RFC 8216bis §4.4.6.2).',
    fix: 'Give the address of the inner playlist.',
  })
}
