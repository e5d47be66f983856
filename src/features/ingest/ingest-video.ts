import type { VideoChange } from '#domain/catalog.ts'
import type { VideoId } from '#domain/ids.ts'
import { filmBytesOf } from './first-pack-bytes.ts'
import { forOneEncoder } from './for-one-encoder.ts'
import type { IngestOptions, IngestPorts } from './ingest-ports.ts'
import { IngestProgress } from './ingest-progress.ts'
import { planOnce } from './plan-once.ts'
import { publishCut } from './publish-cut.ts'

/** Turns a source file into a watchable video. Run again after a crash it goes on where it stopped. */
export async function ingestVideo(videoId: VideoId, ports: IngestPorts, options: IngestOptions): Promise<void> {
  const { catalog, media, events } = ports
  const { signal, reached = () => {} } = options
  const change = async (how: VideoChange) => {
    await catalog.updateVideo(videoId, how)
    events.emit({ kind: 'video-changed', videoId })
  }
  const source = await catalog.source(videoId)
  if (!source || (await catalog.video(videoId)).state === 'ready') return release(videoId, ports)

  const progress = new IngestProgress(options.report)
  await change({ state: 'ingesting', failure: null })
  await using open = await media.open(source.path, signal)
  reached('probed')
  const planned = await planOnce(videoId, open, ports, options, change)
  const plan = await forOneEncoder(videoId, planned, open, ports, signal)
  reached('planned')

  await publishCut(videoId, { open, plan, progress, filmBytes: filmBytesOf(plan) }, ports, options, change)
  await release(videoId, ports)
  reached('released')
}

/**
 * Lets go of the work files and of an upload. Where the user's own file lies stays known: what the store may lose one day
 * can be cut from it again.
 */
async function release(videoId: VideoId, { catalog, sources, work }: IngestPorts): Promise<void> {
  await work.removeVideo(videoId)
  const source = await catalog.source(videoId)
  if (!source?.owned) return
  for (const { path } of [source, ...(source.sidecars ?? [])]) await sources.remove(path)
  await catalog.setSource(videoId, null)
}
