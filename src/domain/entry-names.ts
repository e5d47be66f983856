import type { TrackId } from '#domain/ids.ts'
import type { SegmentIndex } from '#domain/video.ts'

/** The name of a segment in a pack's table: `segment v0 12`. The same is read back by a rebuild. */
export function segmentEntryName({ trackId, index }: { trackId: TrackId; index: SegmentIndex }): string {
  return `segment ${trackId.slice(trackId.indexOf('/') + 1)} ${index}`
}

export function attachmentEntryName(name: string): string {
  return `attachment ${name}`
}
