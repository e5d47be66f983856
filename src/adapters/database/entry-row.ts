import type { Insertable, Selectable } from 'kysely'
import { InvalidInputError } from '#domain/errors.ts'
import type { PackId, VideoId } from '#domain/ids.ts'
import type { Attachment, Pack, Segment, Slice } from '#domain/video.ts'
import type { AttachmentsTable } from './schema/attachments.ts'
import { INIT_POSITION, type SegmentsTable } from './schema/segments.ts'

/** Where each pack of the video stands. */
export type PackPositions = ReadonlyMap<PackId, number>

export function packPositions(packs: readonly Pick<Pack, 'id' | 'position'>[]): PackPositions {
  return new Map(packs.map(({ id, position }) => [id, position]))
}

/** Throws InvalidInputError when a slice lies in no pack of the video. */
export function segmentRow(videoId: VideoId, segment: Segment, packs: PackPositions): Insertable<SegmentsTable> {
  return {
    track_id: segment.trackId,
    position: positionOf(segment.index),
    video_id: videoId,
    start_sec: segment.startSec,
    duration_sec: segment.durationSec,
    byte_length: segment.byteLength,
    reencoded: segment.reencoded ? 1 : 0,
    last_pack: lastPackOf(segment.slices, packs),
    slices: formatSlices(segment.slices),
  }
}

export function segmentOf(row: Selectable<Omit<SegmentsTable, 'video_id' | 'last_pack'>>): Segment {
  return {
    trackId: row.track_id,
    index: row.position === INIT_POSITION ? 'init' : row.position,
    startSec: row.start_sec,
    durationSec: row.duration_sec,
    byteLength: row.byte_length,
    slices: parseSlices(row.slices),
    reencoded: row.reencoded === 1,
  }
}

export function positionOf(index: Segment['index']): number {
  return index === 'init' ? INIT_POSITION : index
}

/** Throws InvalidInputError when a slice lies in no pack of the video. */
export function attachmentRow(attachment: Attachment, packs: PackPositions): Insertable<AttachmentsTable> {
  return {
    video_id: attachment.videoId,
    name: attachment.name,
    kind: attachment.kind,
    track_name: attachment.trackName,
    media_type: attachment.mediaType,
    byte_length: attachment.byteLength,
    last_pack: lastPackOf(attachment.slices, packs),
    slices: formatSlices(attachment.slices),
  }
}

export function attachmentOf(row: Selectable<AttachmentsTable>): Attachment {
  return {
    videoId: row.video_id,
    name: row.name,
    kind: row.kind,
    trackName: row.track_name,
    mediaType: row.media_type,
    slices: parseSlices(row.slices),
    byteLength: row.byte_length,
  }
}

function lastPackOf(slices: readonly Slice[], packs: PackPositions): number {
  let last = -1
  for (const { packId } of slices) {
    const position = packs.get(packId)
    if (position === undefined) throw new InvalidInputError(`The video has no pack ${packId}.`)
    last = Math.max(last, position)
  }
  return last
}

/** Without the names of the fields, which would be half of every row. */
function formatSlices(slices: readonly Slice[]): string {
  return JSON.stringify(slices.map(({ packId, offset, length, sha256 }) => [packId, offset, length, sha256]))
}

function parseSlices(text: string): Slice[] {
  const rows = JSON.parse(text) as [PackId, number, number, string][]
  return rows.map(([packId, offset, length, sha256]) => ({ packId, offset, length, sha256 }))
}
