import { attributes, decimal, integer, optional, quoted, uri } from './format-value.ts'
import { PlaylistFormatError } from './playlist-format-error.ts'

/** A multivariant playlist as we serve it (RFC 8216bis §4.4.6). */
export interface MultivariantPlaylistToWrite {
  readonly independentSegments?: boolean
  readonly renditions: readonly RenditionToWrite[]
  /** In the order in which players should try them. */
  readonly variants: readonly VariantToWrite[]
  readonly iFrameVariants?: readonly IFrameVariantToWrite[]
}

/** EXT-X-MEDIA. */
export interface RenditionToWrite {
  readonly type: 'audio' | 'subtitles'
  readonly groupId: string
  /** What people read; unique within the group. */
  readonly name: string
  /** BCP 47. */
  readonly language: string
  /** Chosen when the viewer has no wish; implies `autoselect`. One per group at most. */
  readonly isDefault?: boolean
  /** May be chosen for the language of the viewer's system. */
  readonly autoselect?: boolean
  /** Subtitles only: shown without being asked for; implies `autoselect`. */
  readonly forced?: boolean
  /** Uniform type identifiers, such as `public.accessibility.describes-video`. */
  readonly characteristics?: readonly string[]
  /** Audio only: number of channels. */
  readonly channels?: number
  /** Absent: the rendition is muxed into the variant. */
  readonly uri?: string
}

interface StreamToWrite {
  readonly uri: string
  /** Peak bits per second of the dearest combination of renditions. */
  readonly bandwidth: number
  readonly averageBandwidth?: number
  /** RFC 6381, of all formats in the combination. */
  readonly codecs: readonly string[]
  readonly resolution?: { readonly width: number; readonly height: number }
  readonly videoRange?: 'SDR' | 'HLG' | 'PQ'
}

/** EXT-X-STREAM-INF. */
export interface VariantToWrite extends StreamToWrite {
  /** Frames per second, written with three digits. */
  readonly frameRate?: number
  readonly audioGroup?: string
  readonly subtitlesGroup?: string
}

/** EXT-X-I-FRAME-STREAM-INF. */
export type IFrameVariantToWrite = StreamToWrite

/**
 * Text of a multivariant playlist, UTF-8 without BOM. EXT-X-VERSION is left out: nothing in it needs more than 1 (§7).
 * Every variant says `CLOSED-CAPTIONS=NONE`. Names may come from foreign files: nothing in them can break the text.
 * Throws PlaylistFormatError for URIs, numbers and groups that cannot be.
 */
export function formatMultivariantPlaylist(playlist: MultivariantPlaylistToWrite): string {
  const lines = ['#EXTM3U']
  if (playlist.independentSegments) lines.push('#EXT-X-INDEPENDENT-SEGMENTS')
  for (const rendition of playlist.renditions) lines.push(`#EXT-X-MEDIA:${renditionAttributes(rendition)}`)
  for (const variant of playlist.variants) {
    requireGroup(playlist, 'audio', variant.audioGroup)
    requireGroup(playlist, 'subtitles', variant.subtitlesGroup)
    lines.push(`#EXT-X-STREAM-INF:${variantAttributes(variant)}`, uri(variant.uri))
  }
  for (const stream of playlist.iFrameVariants ?? []) {
    lines.push(
      `#EXT-X-I-FRAME-STREAM-INF:${attributes([...streamAttributes(stream), ['URI', quoted(uri(stream.uri))]])}`,
    )
  }
  return `${lines.join('\n')}\n`
}

function renditionAttributes(rendition: RenditionToWrite): string {
  const { isDefault = false, forced = false } = rendition
  const autoselect = isDefault || forced || (rendition.autoselect ?? false)
  return attributes([
    ['TYPE', rendition.type === 'audio' ? 'AUDIO' : 'SUBTITLES'],
    ['GROUP-ID', quoted(rendition.groupId)],
    ['NAME', quoted(rendition.name)],
    ['LANGUAGE', quoted(rendition.language)],
    ['DEFAULT', isDefault ? 'YES' : 'NO'],
    ['AUTOSELECT', autoselect ? 'YES' : 'NO'],
    ['FORCED', rendition.type === 'subtitles' ? (forced ? 'YES' : 'NO') : undefined],
    ['CHARACTERISTICS', optional(rendition.characteristics, (list) => quoted(list.join(',')))],
    ['CHANNELS', optional(rendition.channels, (channels) => quoted(integer(channels)))],
    ['URI', optional(rendition.uri, (text) => quoted(uri(text)))],
  ])
}

function variantAttributes(variant: VariantToWrite): string {
  return attributes([
    ...streamAttributes(variant),
    ['FRAME-RATE', optional(variant.frameRate, (rate) => decimal(rate, 3))],
    ['AUDIO', optional(variant.audioGroup, quoted)],
    ['SUBTITLES', optional(variant.subtitlesGroup, quoted)],
    ['CLOSED-CAPTIONS', 'NONE'],
  ])
}

function streamAttributes(stream: StreamToWrite): [string, string | undefined][] {
  return [
    ['BANDWIDTH', integer(Math.ceil(stream.bandwidth))],
    ['AVERAGE-BANDWIDTH', optional(stream.averageBandwidth, (bits) => integer(Math.ceil(bits)))],
    ['CODECS', stream.codecs.length === 0 ? undefined : quoted(stream.codecs.join(','))],
    ['RESOLUTION', optional(stream.resolution, ({ width, height }) => `${integer(width)}x${integer(height)}`)],
    ['VIDEO-RANGE', stream.videoRange],
  ]
}

function requireGroup(playlist: MultivariantPlaylistToWrite, type: RenditionToWrite['type'], groupId?: string): void {
  if (groupId === undefined) return
  if (playlist.renditions.some((rendition) => rendition.type === type && rendition.groupId === groupId)) return
  throw new PlaylistFormatError(`a variant without its ${type} group`, groupId)
}
