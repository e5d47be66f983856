import type { VideoId } from '#domain/ids.ts'
import type { IngestPlan } from '#domain/ingest-plan.ts'
import type { OpenMedia } from '#domain/media-tool.ts'
import { type BeginPorts, beginAnew } from './begin-anew.ts'

/**
 * One encoder makes all of a film: an init segment describes what it encodes, and another version may choose other
 * parameters. Where ffmpeg was changed since the ingest began, and something is encoded, what is there is forgotten and
 * the film begun anew. Resolves with the plan that holds from now on.
 */
export async function forOneEncoder(
  videoId: VideoId,
  plan: IngestPlan,
  { encodedBy }: Pick<OpenMedia, 'encodedBy'>,
  ports: BeginPorts,
  signal: AbortSignal,
): Promise<IngestPlan> {
  const encodes = plan.reencode.length > 0 || plan.tracks.some(({ action }) => action === 'encode')
  if (!encodes || plan.encodedBy === undefined || plan.encodedBy === encodedBy) return plan
  const why = `${plan.encodedBy} began it, this is ${encodedBy}.`
  return beginAnew(videoId, { plan: { ...plan, encodedBy }, why }, ports, signal)
}
