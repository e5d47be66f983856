import type { Catalog } from '#domain/catalog.ts'
import { trackIdOf, type VideoId } from '#domain/ids.ts'
import type { IngestPlan } from '#domain/ingest-plan.ts'

/**
 * Subtitles of a stream are looked into when all of it is there: those that held no text (TTML, or WebVTT in MP4) are no
 * tracks. Resolves with what people should know of it.
 */
export async function dropUnreadTexts(
  videoId: VideoId,
  { subtitles }: Pick<IngestPlan, 'subtitles'>,
  catalog: Pick<Catalog, 'attachments' | 'removeTrack'>,
): Promise<readonly string[]> {
  const attached = new Set((await catalog.attachments(videoId)).map(({ trackName }) => trackName))
  const unread = subtitles.filter(({ form, name }) => form === 'text' && !attached.has(name))
  for (const { name } of unread) await catalog.removeTrack(trackIdOf(videoId, name))
  return unread.map(
    ({ title, language }) => `The subtitles ${title ?? language} are left out: they show nothing that can be read.`,
  )
}
