import type { Catalog } from '#domain/catalog.ts'
import { attachmentsIn } from './attachments-in.ts'
import type { CatalogContext } from './catalog-context.ts'
import { packsIn } from './packs-in.ts'
import { recordsIn } from './records-in.ts'
import { segmentsIn } from './segments-in.ts'
import { statsIn } from './stats-in.ts'
import { tracksIn } from './tracks-in.ts'
import { videosIn } from './videos-in.ts'

/** The catalog on SQLite or PostgreSQL: the same queries on both. */
export function databaseCatalog(context: CatalogContext): Catalog {
  return {
    ...videosIn(context),
    ...tracksIn(context),
    ...packsIn(context),
    ...segmentsIn(context),
    ...attachmentsIn(context),
    ...recordsIn(context),
    ...statsIn(context),
  }
}
