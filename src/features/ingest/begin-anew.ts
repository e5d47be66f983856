import type { Catalog } from '#domain/catalog.ts'
import type { Events } from '#domain/events.ts'
import type { VideoId } from '#domain/ids.ts'
import type { IngestPlan } from '#domain/ingest-plan.ts'
import type { PackPorts } from './pack-ports.ts'

export type BeginPorts = PackPorts & { readonly catalog: Catalog; readonly events: Events }

/** Forgets what is there of a film and saves the plan by which it is made from the beginning; `why` is told to the operator. */
export async function beginAnew(
  videoId: VideoId,
  { plan, why }: { readonly plan: IngestPlan; readonly why: string },
  { catalog, work, blobs, events }: BeginPorts,
  signal: AbortSignal,
): Promise<IngestPlan> {
  const packs = await catalog.packs(videoId)
  if (packs.length > 0) events.emit({ kind: 'note', level: 'warn', message: `The film is begun anew: ${why}` })
  await catalog.dropPacksFrom(videoId, 0)
  for (const { id } of await catalog.tracks(videoId)) await catalog.removeTrack(id)
  for (const { ref } of packs) if (ref) await blobs.delete(ref, signal)
  for (const { position } of packs) await work.removePack(videoId, position)
  await catalog.savePlan(videoId, plan)
  return plan
}
