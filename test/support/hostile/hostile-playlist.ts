import type { PlaylistErrorRule } from '#lib/hls/playlist-error.ts'

export interface HostilePlaylist {
  readonly name: string
  readonly text: () => string
  /** What reading it alone gives: a typed error with this rule, or a playlist. */
  readonly parsed: PlaylistErrorRule | 'playlist'
  /** What a download of it gives: one of these error codes, or `complete`. */
  readonly downloaded: readonly string[]
}

export const UNREADABLE = ['playlist-unreadable'] as const
export const COMPLETE = ['complete'] as const
export const REFUSED_ADDRESS = ['address-refused'] as const

/** A media playlist of two good segments with these lines before them. */
export function withGoodSegments(...lines: readonly string[]): string {
  const segments = ['#EXTINF:1.0,', 'good.ts', '#EXTINF:1.0,', 'good-2.ts']
  return ['#EXTM3U', '#EXT-X-TARGETDURATION:1', ...lines, ...segments, '#EXT-X-ENDLIST', ''].join('\n')
}

/** A media playlist of these lines. */
export function media(...lines: readonly string[]): string {
  return ['#EXTM3U', '#EXT-X-TARGETDURATION:1', ...lines, '#EXT-X-ENDLIST', ''].join('\n')
}
