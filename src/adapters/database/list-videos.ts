import { type RawBuilder, sql } from 'kysely'
import type { VideoQuery } from '#domain/catalog.ts'
import { textKey } from '#domain/text-key.ts'
import type { Video } from '#domain/video.ts'
import type { CatalogContext } from './catalog-context.ts'
import { byBytes, type Dialect } from './dialect.ts'
import { videoOf } from './video-row.ts'

/** One page of videos, and how many there are on all pages. */
export async function listVideos(
  { text, states, sort = 'created', descending = sort === 'created', limit, offset }: VideoQuery,
  { db, dialect }: CatalogContext,
): Promise<{ readonly videos: readonly Video[]; readonly total: number }> {
  let found = db.selectFrom('videos')
  if (states && states.length === 0) return { videos: [], total: 0 }
  found = states ? found.where('state', 'in', states) : found.where('state', '<>', 'deleting')
  if (text) found = found.where(sql<boolean>`search_text like ${containing(textKey(text))} escape '\\'`)
  const direction = descending ? 'desc' : 'asc'
  const rows = await found
    .selectAll()
    .orderBy(sortKey(sort, dialect), direction)
    .orderBy(byBytes('id', dialect), direction)
    .limit(limit ?? Number.MAX_SAFE_INTEGER)
    .offset(offset ?? 0)
    .execute()
  const counted = await found.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  return { videos: rows.map(videoOf), total: counted.total }
}

function containing(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`
}

/** What is not known yet counts as less than nothing. */
function sortKey(sort: NonNullable<VideoQuery['sort']>, dialect: Dialect): RawBuilder<unknown> {
  switch (sort) {
    case 'title':
      return byBytes('title_key', dialect)
    case 'duration':
      return sql`coalesce(duration_sec, -1)`
    case 'size':
      return sql`byte_length`
    case 'created':
      return sql`created_at`
  }
}
