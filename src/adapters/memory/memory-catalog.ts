import type { Catalog } from '#domain/catalog.ts'
import { attachmentsAmong } from './attachments-among.ts'
import { type CatalogWorld, VideoShelf } from './video-shelf.ts'
import { packsAmong } from './packs-among.ts'
import { recordsAmong } from './records-among.ts'
import { segmentsAmong } from './segments-among.ts'
import { tracksAmong } from './tracks-among.ts'
import { videosAmong } from './videos-among.ts'

/** The catalog's twin that forgets everything: for tests. It shares no query with the real one. */
export function memoryCatalog(world: Partial<CatalogWorld> = {}): Catalog {
  const shelf = new VideoShelf({ now: () => Date.now(), newId: () => crypto.randomUUID(), ...world })
  return {
    ...videosAmong(shelf),
    ...tracksAmong(shelf),
    ...packsAmong(shelf),
    ...segmentsAmong(shelf),
    ...attachmentsAmong(shelf),
    ...recordsAmong(shelf),
  }
}
