import type { VideoChange } from '#domain/catalog.ts'
import type { VideoId } from '#domain/ids.ts'
import type { IngestPlan } from '#domain/ingest-plan.ts'
import type { OpenMedia } from '#domain/media-tool.ts'
import { attachSidecars } from './attach-sidecars.ts'
import { cutIntoPacks } from './cut-into-packs.ts'
import { dropUnreadTexts } from './drop-unread-texts.ts'
import type { IngestProgress } from './ingest-progress.ts'
import type { IngestOptions, IngestPorts } from './ingest-ports.ts'
import { resumePacks } from './resume-packs.ts'
import { summarize } from './summarize.ts'
import { writeManifest } from './write-manifest.ts'
import { writePoster } from './write-poster.ts'

/** What is cut, and where its poster comes from. */
export type CutSource = Pick<OpenMedia, 'cut' | 'poster'>

interface Cut {
  readonly open: CutSource
  readonly plan: IngestPlan
  readonly progress: IngestProgress
  /** What the packs will hold, about; null while nobody knows. */
  readonly filmBytes: number | null
}

/** Cuts what is not there yet, playable as it comes, stores all of it and makes the video ready. */
export async function publishCut(
  videoId: VideoId,
  { open, plan, progress, filmBytes }: Cut,
  ports: IngestPorts,
  { signal, reached = () => {} }: IngestOptions,
  change: (how: VideoChange) => Promise<void>,
): Promise<void> {
  const { catalog, events } = ports
  await using packs = await resumePacks(videoId, ports, signal, filmBytes)
  reached('resumed')
  const { promise: hasBegun, resolve: begin } = Promise.withResolvers<void>()
  // Not before something can be watched: whoever waits has both processors until then.
  const poster = hasBegun.then(() => writePoster(videoId, open, plan, packs, ports, signal))
  const notes = await cutIntoPacks(videoId, open, plan, packs, progress, ports, {
    signal,
    reached(step) {
      if (step === 'piece') begin()
      reached(step)
    },
  })
  reached('cut')
  begin()
  await poster
  reached('poster')
  // What broke off may not have come to its subtitles.
  const textNotes = notes.length > 0 ? [] : await dropUnreadTexts(videoId, plan, catalog)
  const sidecarNotes = await attachSidecars(videoId, plan, packs, ports, {
    signal,
    attached: () => reached('sidecar'),
  })

  progress.enter('store')
  const summary = await summarize(videoId, plan, catalog, progress.elapsedSec)
  await change({ notes: [...plan.notes, ...textNotes, ...sidecarNotes, ...notes] })
  await writeManifest(videoId, summary, packs, catalog)
  reached('manifest')
  await packs.finish()
  reached('stored')
  await catalog.publish(videoId, summary)
  events.emit({ kind: 'video-changed', videoId })
  reached('published')
}
