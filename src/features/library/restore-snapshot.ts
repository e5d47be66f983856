import type { Catalog, VideoRecord } from '#domain/catalog.ts'
import type { CatalogSnapshot } from '#domain/catalog-snapshots.ts'
import { parseRecord } from '#domain/manifest.ts'
import { joinBytes } from './read-pack.ts'
import { LINE_FEED } from './save-snapshot.ts'

/** Takes over every video of the snapshot that the catalog does not know; yields them. With `dryRun` nothing is written. */
export async function* restoreSnapshot(
  snapshot: CatalogSnapshot,
  catalog: Catalog,
  { dryRun, signal }: { readonly dryRun: boolean; readonly signal: AbortSignal },
): AsyncIterable<VideoRecord> {
  const { videos } = await catalog.videos({ limit: Number.MAX_SAFE_INTEGER })
  const known = new Set(videos.map(({ id }) => id))
  for await (const line of linesOf(snapshot.read())) {
    signal.throwIfAborted()
    const record = parseRecord(line)
    if (!record || known.has(record.video.id)) continue
    if (!dryRun) await catalog.restoreVideo(record)
    yield record
  }
}

async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  let open: Uint8Array[] = []
  for await (const chunk of chunks) {
    let from = 0
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, from)) {
      yield joinBytes([...open, chunk.subarray(from, end)])
      open = []
      from = end + 1
    }
    if (from < chunk.byteLength) open.push(chunk.subarray(from))
  }
}
