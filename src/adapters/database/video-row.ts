import type { Insertable, Selectable } from 'kysely'
import type { VideoChange, VideoSource } from '#domain/catalog.ts'
import { textKey } from '#domain/text-key.ts'
import type { Video } from '#domain/video.ts'
import { fromJson, toJson } from './json-column.ts'
import type { VideosTable } from './schema/videos.ts'

type SourceColumns = Pick<VideosTable, 'source_path' | 'source_owned' | 'source_extras'>

/** All but the source. */
export function videoRow(video: Video): Omit<Insertable<VideosTable>, keyof SourceColumns> {
  return {
    id: video.id,
    ...titleColumns(video),
    original_filename: video.originalFilename,
    state: video.state,
    failure: toJson(video.failure),
    duration_sec: video.durationSec,
    container: video.container,
    byte_length: video.byteLength,
    chapters: JSON.stringify(video.chapters),
    statistics: toJson(video.statistics),
    notes: JSON.stringify(video.notes),
    created_at: video.createdAt.getTime(),
    updated_at: video.updatedAt.getTime(),
  }
}

export function videoOf(row: Selectable<VideosTable>): Video {
  return {
    id: row.id,
    title: row.title,
    originalFilename: row.original_filename,
    state: row.state,
    failure: fromJson(row.failure),
    durationSec: row.duration_sec,
    container: row.container,
    byteLength: row.byte_length,
    chapters: JSON.parse(row.chapters),
    statistics: fromJson(row.statistics),
    notes: JSON.parse(row.notes),
    createdAt: new Date(row.created_at),
    updatedAt: new Date(row.updated_at),
  }
}

export function sourceColumns(source: VideoSource | null): SourceColumns {
  const { sidecars = [], notes = [] } = source ?? {}
  const isPlain = sidecars.length + notes.length === 0
  return {
    source_path: source?.path ?? null,
    source_owned: source?.owned ? 1 : 0,
    source_extras: isPlain ? null : JSON.stringify({ sidecars, notes }),
  }
}

export function sourceOf({ source_path, source_owned, source_extras }: SourceColumns): VideoSource | null {
  if (source_path === null) return null
  const source = { path: source_path, owned: source_owned === 1 }
  return { ...source, ...fromJson<Pick<VideoSource, 'sidecars' | 'notes'>>(source_extras) }
}

/** Only the columns that change. */
export function changedColumns(
  { title, state, failure, byteLength, durationSec, container, chapters, notes }: VideoChange,
  originalFilename: string,
): Partial<Insertable<VideosTable>> {
  return {
    ...(title !== undefined && titleColumns({ title, originalFilename })),
    ...(state !== undefined && { state }),
    ...(failure !== undefined && { failure: toJson(failure) }),
    ...(byteLength !== undefined && { byte_length: byteLength }),
    ...(durationSec !== undefined && { duration_sec: durationSec }),
    ...(container !== undefined && { container }),
    ...(chapters !== undefined && { chapters: JSON.stringify(chapters) }),
    ...(notes !== undefined && { notes: JSON.stringify(notes) }),
  }
}

function titleColumns({ title, originalFilename }: Pick<Video, 'title' | 'originalFilename'>) {
  return { title, title_key: textKey(title), search_text: textKey(`${title}\n${originalFilename}`) }
}
