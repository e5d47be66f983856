import type { BlobRef } from '#domain/blob-store.ts'
import type { Catalog, VideoRecord } from '#domain/catalog.ts'
import { ProductError } from '#domain/errors.ts'
import type { VideoId } from '#domain/ids.ts'
import { MANIFEST_NAME, OUTLINE_NAME } from '#domain/manifest.ts'
import { FoundPacks } from './found-packs.ts'
import type { PackReadPorts } from './read-pack.ts'
import { recordOfManifest } from './record-of-manifest.ts'
import { recordOfTables } from './record-of-tables.ts'

export interface RebuildPorts extends PackReadPorts {
  readonly catalog: Catalog
}

export type RebuildFinding =
  /** `whole`: as its manifest says. `partial`: without what is lost, or what the tables of its packs could tell. */
  | { readonly kind: 'restored'; readonly record: VideoRecord; readonly how: 'whole' | 'partial' }
  | { readonly kind: 'known'; readonly videoId: VideoId }
  | { readonly kind: 'unreadable'; readonly ref: BlobRef; readonly message: string }
  | { readonly kind: 'hopeless'; readonly videoId: VideoId; readonly message: string }

/**
 * Makes the catalog anew from the store alone. Videos that the catalog knows are left as they are, and their packs not
 * read. Of the others the last pack is read, which holds the manifest; only where it is missing all of them. With
 * `dryRun` nothing is written.
 */
export async function* rebuildLibrary(
  ports: RebuildPorts,
  { dryRun, signal }: { readonly dryRun: boolean; readonly signal: AbortSignal },
): AsyncIterable<RebuildFinding> {
  const { videos } = await ports.catalog.videos({ limit: Number.MAX_SAFE_INTEGER })
  const known = new Set(videos.map(({ id }) => id))
  for (const [videoId, refs] of await refsByVideo(ports, signal)) {
    if (known.has(videoId)) {
      yield { kind: 'known', videoId }
      continue
    }
    const packs = new FoundPacks(videoId, refs, ports, signal)
    const finding = await findRecord(videoId, packs)
    if (finding.kind === 'restored' && !dryRun) await ports.catalog.restoreVideo(finding.record)
    for (const { ref, message } of packs.unreadable) yield { kind: 'unreadable', ref, message }
    yield finding
  }
}

async function refsByVideo({ blobs }: RebuildPorts, signal: AbortSignal): Promise<Map<VideoId, Map<number, BlobRef>>> {
  const found = new Map<VideoId, Map<number, BlobRef>>()
  for await (const { ref, name } of blobs.list(signal)) {
    const [videoId, position] = name.split('/') as [VideoId, string]
    const refs = found.get(videoId) ?? new Map<number, BlobRef>()
    found.set(videoId, refs.set(Number(position), ref))
  }
  return found
}

async function findRecord(videoId: VideoId, packs: FoundPacks): Promise<RebuildFinding> {
  try {
    const manifest = await packs.newestRecord(MANIFEST_NAME)
    if (manifest) return { kind: 'restored', ...(await recordOfManifest(manifest, packs)) }
    const outline = await packs.newestRecord(OUTLINE_NAME)
    if (outline) return { kind: 'restored', record: await recordOfTables(outline, packs), how: 'partial' }
    return { kind: 'hopeless', videoId, message: 'Neither its manifest nor its outline is left.' }
  } catch (error) {
    if (!(error instanceof ProductError)) throw error
    return { kind: 'hopeless', videoId, message: error.message }
  }
}
