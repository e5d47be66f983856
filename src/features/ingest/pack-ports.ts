import type { BlobStore } from '#domain/blob-store.ts'
import type { PackCatalog } from '#domain/catalog.ts'
import type { WorkArea } from '#domain/work-area.ts'

/** What writing packs needs. */
export interface PackPorts {
  readonly catalog: PackCatalog
  readonly work: WorkArea
  readonly blobs: BlobStore
}
