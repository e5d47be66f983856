import type { Catalog } from '#domain/catalog.ts'
import type { CatalogSnapshots } from '#domain/catalog-snapshots.ts'
import type { BotLedger } from '#domain/channel-ledger.ts'
import type { Sha256 } from '#domain/hashing.ts'
import { formatRecord } from '#domain/manifest.ts'
import type { Video } from '#domain/video.ts'

export interface SnapshotPorts {
  readonly catalog: Catalog
  readonly snapshots: CatalogSnapshots
  readonly ledger: Pick<BotLedger, 'fact' | 'setFact'>
  readonly sha256: Sha256
}

const FACT = 'catalog-version'

/** Keeps a copy of the catalog in the store when it has changed since the last one. True when it did. */
export async function saveSnapshot(ports: SnapshotPorts, signal?: AbortSignal): Promise<boolean> {
  const { catalog, snapshots, ledger } = ports
  const { videos } = await catalog.videos({ states: ['ready'], limit: Number.MAX_SAFE_INTEGER, sort: 'created' })
  const version = await versionOf(videos, ports)
  const saved = await ledger.fact(FACT)
  if (saved === version || (saved === null && videos.length === 0)) return false
  await snapshots.save(linesOf(videos, catalog, signal), signal)
  await ledger.setFact(FACT, version)
  return true
}

/** Differs when any video came, went or changed. */
async function versionOf(videos: readonly Video[], { catalog, sha256 }: SnapshotPorts): Promise<string> {
  const { tracks, segments, packs } = await catalog.stats()
  return await sha256(new TextEncoder().encode(JSON.stringify([tracks, segments, packs, videos])))
}

async function* linesOf(videos: readonly Video[], catalog: Catalog, signal?: AbortSignal): AsyncIterable<Uint8Array> {
  const lineEnd = new Uint8Array([LINE_FEED])
  for (const { id } of videos) {
    signal?.throwIfAborted()
    yield formatRecord(await catalog.record(id))
    yield lineEnd
  }
}

export const LINE_FEED = 0x0a
