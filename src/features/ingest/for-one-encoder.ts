import type { Catalog } from '#domain/catalog.ts'
import type { Events } from '#domain/events.ts'
import type { VideoId } from '#domain/ids.ts'
import type { IngestPlan } from '#domain/ingest-plan.ts'
import type { OpenMedia } from '#domain/media-tool.ts'
import type { PackPorts } from './pack-ports.ts'

/**
 * One encoder makes all of a film: an init segment describes what it encodes, and another version may choose other
 * parameters. Where ffmpeg was changed since the ingest began, and something is encoded, what is there is forgotten and
 * the film begun anew. Resolves with the plan that holds from now on.
 */
export async function forOneEncoder(
  videoId: VideoId,
  plan: IngestPlan,
  { encodedBy }: Pick<OpenMedia, 'encodedBy'>,
  { catalog, work, blobs, events }: PackPorts & { readonly catalog: Catalog; readonly events: Events },
  signal: AbortSignal,
): Promise<IngestPlan> {
  const encodes = plan.reencode.length > 0 || plan.tracks.some(({ action }) => action === 'encode')
  if (!encodes || plan.encodedBy === undefined || plan.encodedBy === encodedBy) return plan
  const packs = await catalog.packs(videoId)
  if (packs.length > 0) {
    const message = `The film is begun anew: ${plan.encodedBy} began it, this is ${encodedBy}.`
    events.emit({ kind: 'note', level: 'warn', message })
  }
  await catalog.dropPacksFrom(videoId, 0)
  for (const { id } of await catalog.tracks(videoId)) await catalog.removeTrack(id)
  for (const { ref } of packs) if (ref) await blobs.delete(ref, signal)
  for (const { position } of packs) await work.removePack(videoId, position)
  const renewed = { ...plan, encodedBy }
  await catalog.savePlan(videoId, renewed)
  return renewed
}
