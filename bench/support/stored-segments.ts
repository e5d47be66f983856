import { DatabaseSync } from 'node:sqlite'
import { formatSegmentName } from '#features/playback/segment-name.ts'
import { sealedBytesOf } from '#lib/sealing/sealed-form.ts'

/** A segment that lies in one pack, and how to ask Telegram for that pack without us. */
export interface StoredSegment {
  readonly path: string
  readonly byteLength: number
  readonly packPosition: number
  /** Bytes of the stored file before the first byte of the segment, and up to its last. */
  readonly storedFirst: number
  readonly storedEnd: number
  /** Of the first bot that has a handle. */
  readonly botId: number
  readonly fileId: string
}

interface Row {
  readonly track: string
  readonly position: number
  readonly slices: string
  readonly packPosition: number
  readonly packId: string
  readonly botId: number
  readonly fileId: string
}

const QUERY = `
  select tracks.name as track, segments.position, segments.slices, packs.position as packPosition, packs.id as packId,
    file_handles.bot_id as botId, file_handles.file_id as fileId
  from segments
  join tracks on tracks.id = segments.track_id
  join packs on packs.video_id = segments.video_id and packs.position = segments.last_pack
  join channel_copies on channel_copies.ref = packs.ref
  join file_handles on file_handles.chat_id = channel_copies.chat_id and file_handles.message_id = channel_copies.message_id
  where segments.video_id = ? and segments.position >= 0
  group by segments.track_id, segments.position`

/** Pictures and sound, by where they lie; what lies across two packs is left out. `sealed`: the store encrypts. */
export function storedSegments(
  dataDir: string,
  videoId: string,
  { sealed }: { readonly sealed: boolean },
): StoredSegment[] {
  const database = new DatabaseSync(`${dataDir}/catalog.db`, { readOnly: true })
  try {
    const rows = database.prepare(QUERY).all(videoId) as unknown as Row[]
    return rows
      .flatMap((row) => placed(row, videoId, sealed))
      .sort((one, other) => one.packPosition - other.packPosition || one.storedFirst - other.storedFirst)
  } finally {
    database.close()
  }
}

function placed(
  { track, position, slices, packPosition, packId, botId, fileId }: Row,
  videoId: string,
  sealed: boolean,
): StoredSegment[] {
  const [only, more] = JSON.parse(slices) as [string, number, number][]
  if (!only || more || only[0] !== packId) return []
  const [, offset, length] = only
  return [
    {
      path: `/segment/${videoId}/${formatSegmentName({ trackName: track, index: position, extension: 'm4s' })}`,
      byteLength: length,
      packPosition,
      storedFirst: sealed ? sealedBytesOf(offset + 1) - 1 : offset,
      storedEnd: sealed ? sealedBytesOf(offset + length) : offset + length,
      botId,
      fileId,
    },
  ]
}
