import { type Kysely, sql } from 'kysely'
import type { CatalogStats, VideoCatalog } from '#domain/catalog.ts'
import type { CatalogContext } from './catalog-context.ts'
import type { Tables } from './schema/tables.ts'

export function statsIn({ db }: CatalogContext): Pick<VideoCatalog, 'stats'> {
  return {
    async stats() {
      const { deleting, ...seen } = await countByState(db)
      const { durationSec } = await db
        .selectFrom('videos')
        .select(sql<number>`coalesce(sum(duration_sec), 0)`.as('durationSec'))
        .where('state', '<>', 'deleting')
        .executeTakeFirstOrThrow()
      const { storedBytes } = await db
        .selectFrom('packs')
        .select(sql<number>`coalesce(sum(byte_length), 0)`.as('storedBytes'))
        .where('state', '=', 'stored')
        .executeTakeFirstOrThrow()
      const subtitles = db.selectFrom('tracks').where('kind', '=', 'subtitles')
      const { count } = await subtitles.select(({ fn }) => fn.countAll<number>().as('count')).executeTakeFirstOrThrow()
      return {
        videos: Object.values(seen).reduce((sum, each) => sum + each, 0),
        byState: { ...seen, deleting },
        tracks: await countRows(db, 'tracks'),
        segments: await countRows(db, 'segments'),
        packs: await countRows(db, 'packs'),
        subtitles: count,
        storedBytes,
        durationSec,
      }
    },
  }
}

async function countByState(db: Kysely<Tables>): Promise<CatalogStats['byState']> {
  const rows = await db
    .selectFrom('videos')
    .select(({ fn }) => ['state', fn.countAll<number>().as('count')])
    .groupBy('state')
    .execute()
  const counts = { queued: 0, ingesting: 0, ready: 0, failed: 0, deleting: 0 }
  for (const { state, count } of rows) counts[state] = count
  return counts
}

async function countRows(db: Kysely<Tables>, table: 'tracks' | 'segments' | 'packs'): Promise<number> {
  const { count } = await db
    .selectFrom(table)
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return count
}
