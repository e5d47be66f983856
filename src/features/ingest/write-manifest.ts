import type { Catalog, VideoRecord } from '#domain/catalog.ts'
import type { VideoId } from '#domain/ids.ts'
import { formatManifest, MANIFEST_NAME, OUTLINE_NAME } from '#domain/manifest.ts'
import type { PackWriter } from './pack-writer.ts'
import type { IngestSummary } from './summarize.ts'
import { writeAttachment } from './write-attachment.ts'

/** Writes what is planned into the packs, before the first segment; does nothing when an earlier attempt did. */
export async function writeOutline(videoId: VideoId, packs: PackWriter, catalog: Catalog): Promise<void> {
  const record = await catalog.record(videoId)
  if (record.attachments.some(({ kind }) => kind === 'outline')) return
  await write(OUTLINE_NAME, 'outline', { ...record, packs: [], segments: [], attachments: [] }, packs)
}

/** Writes all that the catalog knows of the video into its packs, so that the store alone can give it back. */
export async function writeManifest(
  videoId: VideoId,
  { durationSec, statistics }: IngestSummary,
  packs: PackWriter,
  catalog: Catalog,
): Promise<void> {
  await packs.commit()
  const record = await catalog.record(videoId)
  if (record.attachments.some(({ kind }) => kind === 'manifest')) return
  const video = { ...record.video, state: 'ready' as const, failure: null, durationSec, statistics }
  await write(MANIFEST_NAME, 'manifest', { ...record, video }, packs)
}

/** Writes the manifest of a finished video anew, after something about it was changed. */
export async function rewriteManifest(videoId: VideoId, packs: PackWriter, catalog: Catalog): Promise<void> {
  await packs.commit()
  const record = await catalog.record(videoId)
  const attachments = record.attachments.filter(({ kind }) => kind !== 'manifest')
  await write(MANIFEST_NAME, 'manifest', { ...record, attachments }, packs)
}

async function write(
  name: string,
  kind: 'outline' | 'manifest',
  record: VideoRecord,
  packs: PackWriter,
): Promise<void> {
  const facts = { videoId: record.video.id, name, kind, trackName: null, mediaType: 'application/json' } as const
  await writeAttachment(facts, formatManifest(record), packs)
}
