import type { RecordedSegment, RecordingEnd, RecordingHead } from '#domain/recording.ts'

/** What a line of a recording's journal says. */
export type RecordingEntry =
  | { readonly kind: 'head'; readonly head: RecordingHead }
  | InitEntry
  | { readonly kind: 'segment'; readonly segment: RecordedSegment }
  | { readonly kind: 'end'; readonly end: RecordingEnd }
  | { readonly kind: 'resume' }

export interface InitEntry {
  readonly kind: 'init'
  readonly key: string
  readonly file: string
  readonly byteLength: number
  readonly sha256: string
}

/** Renditions become part of file names. */
const RENDITION = /^[A-Za-z0-9_-]{1,32}$/

/** Always the same for the same place, so that whoever releases segments knows their files. */
export function segmentFileName(rendition: string, position: number): string {
  if (!RENDITION.test(rendition)) throw new TypeError(`${JSON.stringify(rendition)} is no name of a rendition.`)
  return `${rendition}-${String(position).padStart(6, '0')}`
}
