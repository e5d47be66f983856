import type { SegmentIndex } from '#domain/video.ts'

/** Endings that ffmpeg, mpv and Kodi accept. */
export type SegmentExtension = 'mp4' | 'm4s' | 'ts' | 'vtt'

export interface SegmentName {
  /** `v0`, `a1`, `s0`. */
  readonly trackName: string
  readonly index: SegmentIndex
  readonly extension: SegmentExtension
}

/** `v0-init.mp4`, `v0-00012.m4s`, `a1-00012.ts`, `s0-00003.vtt`: a name that stands in addresses. */
export function formatSegmentName({ trackName, index, extension }: SegmentName): string {
  return `${trackName}-${index === 'init' ? index : String(index).padStart(5, '0')}.${extension}`
}

const NAME = /^([vas](?:0|[1-9]\d{0,2}))-(?:(init)\.mp4|(\d{5}|[1-9]\d{5,6})\.(m4s|ts|vtt))$/

/** What `formatSegmentName` made, else null: one segment has one name. */
export function parseSegmentName(name: string): SegmentName | null {
  const match = NAME.exec(name)
  const trackName = match?.[1]
  if (!match || trackName === undefined) return null
  if (match[2]) return { trackName, index: 'init', extension: 'mp4' }
  return { trackName, index: Number(match[3]), extension: match[4] as SegmentExtension }
}
