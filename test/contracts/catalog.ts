import { testEntries } from './catalog-entries.ts'
import { testPacks } from './catalog-packs.ts'
import { testRecords } from './catalog-records.ts'
import { testTracks } from './catalog-tracks.ts'
import { testVideoList } from './catalog-video-list.ts'
import { testVideos } from './catalog-videos.ts'
import type { CreateCatalog } from './create-catalog.ts'

/** What every catalog must do. Each adapter's test file calls this with its own catalog. */
export function testCatalog(name: string, create: CreateCatalog): void {
  testVideos(name, create)
  testVideoList(name, create)
  testTracks(name, create)
  testPacks(name, create)
  testEntries(name, create)
  testRecords(name, create)
}
