import type { Catalog } from '#domain/catalog.ts'
import type { VideoId } from '#domain/ids.ts'
import type { IngestStatistics } from '#domain/video.ts'
import type { PackWriter } from './pack-writer.ts'
import { writeAttachment } from './write-attachment.ts'

export const MANIFEST_NAME = 'manifest.json'

/** Writes all that the catalog knows of the video into its packs, so that the store alone can give it back. */
export async function writeManifest(
  videoId: VideoId,
  { durationSec, statistics }: { readonly durationSec: number; readonly statistics: IngestStatistics },
  packs: PackWriter,
  catalog: Catalog,
): Promise<void> {
  await packs.commit()
  const record = await catalog.record(videoId)
  if (record.attachments.some(({ kind }) => kind === 'manifest')) return
  const video = { ...record.video, state: 'ready' as const, failure: null, durationSec, statistics }
  const bytes = new TextEncoder().encode(JSON.stringify({ version: 1, record: { ...record, video } }))
  const facts = {
    videoId,
    name: MANIFEST_NAME,
    kind: 'manifest',
    trackName: null,
    mediaType: 'application/json',
  } as const
  await writeAttachment(facts, bytes, packs)
}
