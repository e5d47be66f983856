import type { BlobStore } from '#domain/blob-store.ts'
import type { Catalog, VideoChange } from '#domain/catalog.ts'
import type { VideoId } from '#domain/ids.ts'
import type { IngestPlan } from '#domain/ingest-plan.ts'
import type { OpenMedia } from '#domain/media-tool.ts'
import { titleFromFilename } from '#domain/title-from-filename.ts'
import type { Chapter } from '#domain/video.ts'
import { PACK_FIXED_BYTES, tableBytesFor } from '#lib/pack-file/pack-file.ts'
import { type PlanSettings, planIngest } from './plan-ingest.ts'

/** Plans the ingest and notes what the file says of itself. The plan of the first attempt holds for every later one. */
export async function planOnce(
  videoId: VideoId,
  open: OpenMedia,
  { catalog, blobs }: { readonly catalog: Catalog; readonly blobs: BlobStore },
  { settings, signal }: { readonly settings: Omit<PlanSettings, 'maxSegmentBytes'>; readonly signal: AbortSignal },
  change: (how: VideoChange) => Promise<void>,
): Promise<IngestPlan> {
  const saved = await catalog.plan(videoId)
  if (saved) return saved
  const plan = await planNew(open, { blobs }, { settings, signal })
  await catalog.savePlan(videoId, plan)
  const { title, originalFilename } = await catalog.video(videoId)
  const untitled = title === titleFromFilename(originalFilename)
  await change({
    container: open.info.container,
    durationSec: plan.durationSec,
    chapters: open.info.chapters.map((chapter) => fromZero(chapter, plan)),
    notes: plan.notes,
    ...(untitled && open.info.title && { title: open.info.title }),
  })
  return plan
}

/** The plan of a file as it is cut the first time with these settings into this store. */
export async function planNew(
  open: OpenMedia,
  { blobs }: { readonly blobs: Pick<BlobStore, 'limits'> },
  { settings, signal }: { readonly settings: Omit<PlanSettings, 'maxSegmentBytes'>; readonly signal: AbortSignal },
): Promise<IngestPlan> {
  const maxSegmentBytes = blobs.limits.maxBytes - PACK_FIXED_BYTES - 2 * tableBytesFor({ name: 'segment v00 000000' })
  const planned = planIngest(open.info, await open.index(signal), { ...settings, maxSegmentBytes })
  return { ...planned, encodedBy: open.encodedBy }
}

/** From container time to presentation time. */
function fromZero({ startSec, endSec, title }: Chapter, plan: IngestPlan): Chapter {
  const clamp = (seconds: number) => Math.min(Math.max(0, seconds - plan.startSec), plan.durationSec)
  return { startSec: clamp(startSec), endSec: clamp(endSec), title }
}
