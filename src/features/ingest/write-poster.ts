import type { PackCatalog } from '#domain/catalog.ts'
import type { Events } from '#domain/events.ts'
import type { VideoId } from '#domain/ids.ts'
import type { IngestPlan } from '#domain/ingest-plan.ts'
import type { OpenMedia } from '#domain/media-tool.ts'
import { posterSecOf } from '#domain/poster-time.ts'
import type { PackWriter } from './pack-writer.ts'
import { writeAttachment } from './write-attachment.ts'

/** Keeps a picture of the film. A film without one is a film all the same: failing is noted and forgotten. */
export async function writePoster(
  videoId: VideoId,
  open: Pick<OpenMedia, 'poster'>,
  plan: IngestPlan,
  packs: PackWriter,
  { catalog, events }: { readonly catalog: PackCatalog; readonly events: Events },
  signal: AbortSignal,
): Promise<void> {
  try {
    if ((await catalog.attachments(videoId)).some(({ kind }) => kind === 'poster')) return
    const picture = await open.poster(posterSecOf(plan.durationSec), signal)
    if (!picture) return
    const facts = { videoId, name: 'poster.jpg', kind: 'poster', trackName: null, mediaType: 'image/jpeg' } as const
    await writeAttachment(facts, picture, packs)
    await packs.commit()
    events.emit({ kind: 'video-changed', videoId })
  } catch (error) {
    if (signal.aborted) return
    events.emit({ kind: 'note', level: 'warn', message: 'No poster could be made.', fields: { videoId, error } })
  }
}
