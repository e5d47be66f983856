import type { MediaPlaylist } from './media-playlist.ts'
import type { MultivariantPlaylist } from './multivariant-playlist.ts'
import { PlaylistError } from './playlist-error.ts'
import { MAX_PLAYLIST_LENGTH } from './playlist-limits.ts'
import { playlistLines } from './playlist-line.ts'
import { PlaylistReading } from './playlist-reading.ts'
import { readMediaPlaylist } from './read-media-playlist.ts'
import { readMultivariantPlaylist } from './read-multivariant-playlist.ts'

export interface ParseOptions {
  /** `defines` of the multivariant playlist that led here, for EXT-X-DEFINE:IMPORT. */
  readonly imports?: ReadonlyMap<string, string>
}

const ONLY_MEDIA = /(?:^|[\r\n])[ \t]*#EXT(?:INF|-X-TARGETDURATION)[ \t]*:/
const ONLY_MULTIVARIANT =
  /(?:^|[\r\n])[ \t]*#EXT-X-(?:STREAM-INF|I-FRAME-STREAM-INF|MEDIA|SESSION-DATA|SESSION-KEY|CONTENT-STEERING)[ \t]*:/
const ANY_MEDIA =
  /(?:^|[\r\n])[ \t]*#EXT-X-(?:MEDIA-SEQUENCE|DISCONTINUITY-SEQUENCE|PLAYLIST-TYPE|ENDLIST|KEY|MAP|PART-INF|SERVER-CONTROL|I-FRAMES-ONLY|SKIP)/

/**
 * Reads a playlist (RFC 8216bis §4) as it occurs in the wild: what can be understood is understood,
 * what is wrong is listed as violations with rule and line. Fetches nothing.
 * `baseUrl` is the address after redirects; URIs are resolved against it.
 * Throws PlaylistError, and nothing else, for what is no playlist, undefined variables, and texts beyond the limits.
 */
export function parsePlaylist(
  text: string,
  baseUrl: string,
  options: ParseOptions = {},
): MediaPlaylist | MultivariantPlaylist {
  if (text.length > MAX_PLAYLIST_LENGTH) throw new PlaylistError('too-large', 1, 'more than 8 MiB')
  const reading = new PlaylistReading(baseUrl, options.imports ?? new Map())
  const isMultivariant = kindOf(text) === 'multivariant'
  requireHeader(text, reading)
  return isMultivariant
    ? readMultivariantPlaylist(playlistLines(text), reading)
    : readMediaPlaylist(playlistLines(text), reading)
}

/** Segments decide first: EXT-X-MEDIA in a media playlist is a known fault. */
function kindOf(text: string): 'media' | 'multivariant' {
  if (ONLY_MEDIA.test(text)) return 'media'
  if (ONLY_MULTIVARIANT.test(text)) return 'multivariant'
  if (ANY_MEDIA.test(text)) return 'media'
  throw new PlaylistError('not-a-playlist', 1, whatInstead(text))
}

/** Blank lines, comments and a byte order mark before the header are survived, and reported. */
function requireHeader(text: string, reading: PlaylistReading): void {
  const first = playlistLines(text).next().value
  if (first?.kind !== 'tag' || first.name !== 'EXTM3U') {
    throw new PlaylistError('not-a-playlist', first?.line ?? 1, whatInstead(text))
  }
  if (text.startsWith('\ufeff')) reading.log.add('syntax', 1, null, 'a byte order mark before #EXTM3U')
  if (first.line > 1) reading.log.add('syntax', first.line, '#EXTM3U', 'not the first line')
}

function whatInstead(text: string): string {
  const start = text.slice(0, 1000).trim()
  if (start === '') return 'the text is empty'
  if (start.startsWith('<')) return 'this is a page (HTML or XML), not a playlist'
  return /^#EXTM3U(?=\s|$)/.test(start) ? 'no segment and no variant, only a header' : 'it does not begin with #EXTM3U'
}
