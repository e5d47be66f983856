import type { Catalog } from '#domain/catalog.ts'
import { ConflictError } from '#domain/errors.ts'
import type { VideoId } from '#domain/ids.ts'
import type { PackPorts } from './pack-ports.ts'
import type { PackWriter } from './pack-writer.ts'
import { resumePacks } from './resume-packs.ts'
import { rewriteManifest } from './write-manifest.ts'

export interface AmendPorts extends PackPorts {
  readonly catalog: Catalog
}

/**
 * Changes a finished video and writes what is new, and the manifest, into one more pack: what the store alone gives back
 * is then up to date. Rejects with ConflictError while the video is being ingested.
 */
export async function amendVideo(
  videoId: VideoId,
  ports: AmendPorts,
  change: (packs: PackWriter) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  if ((await ports.catalog.video(videoId)).state !== 'ready') {
    throw new ConflictError('The video is still being prepared.', { fix: 'Wait until it is ready, then try again.' })
  }
  await using packs = await resumePacks(videoId, ports, signal)
  await change(packs)
  await rewriteManifest(videoId, packs, ports.catalog)
  await packs.finish()
  await ports.work.removeVideo(videoId)
}
