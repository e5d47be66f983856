import type { VideoChange } from '#domain/catalog.ts'
import { CodingChangedError, InvalidInputError, NotFoundError } from '#domain/errors.ts'
import type { VideoId } from '#domain/ids.ts'
import type { IngestPlan } from '#domain/ingest-plan.ts'
import type { OpenRecording } from '#domain/media-tool.ts'
import { downloadIdOf, type FollowedRecording, type Recordings } from '#domain/recording.ts'
import { beginAnew } from './begin-anew.ts'
import { forOneEncoder } from './for-one-encoder.ts'
import { IngestProgress } from './ingest-progress.ts'
import type { IngestOptions, IngestPorts } from './ingest-ports.ts'
import { ingestVideo } from './ingest-video.ts'
import { growingSegments, planForChanges, planRecording } from './plan-recording.ts'
import { type CutSource, publishCut } from './publish-cut.ts'

export interface RecordingIngestPorts extends IngestPorts {
  readonly recordings: Pick<Recordings, 'follow' | 'remove'>
}

/**
 * Turns a recording (`catalog.source` is its path) into a watchable video while it grows. Run again after a crash it reads the
 * recording from its beginning and goes on where it stopped. The recording is removed when the video is ready, not before:
 * its bytes are what a second run needs.
 */
export async function ingestRecording(
  videoId: VideoId,
  ports: RecordingIngestPorts,
  options: IngestOptions,
): Promise<void> {
  const { catalog, media, events } = ports
  const { signal, reached = () => {} } = options
  const change = async (how: VideoChange) => {
    await catalog.updateVideo(videoId, how)
    events.emit({ kind: 'video-changed', videoId })
  }
  const source = await catalog.source(videoId)
  if (!source || (await catalog.video(videoId)).state === 'ready') return release(videoId, ports)
  if (isJoined(source.path)) return ingestVideo(videoId, ports, options)

  const progress = new IngestProgress(options.report)
  await change({ state: 'ingesting', failure: null })
  await using recording = await follow(source.path, ports)
  await using open = await media.openRecording(recording, signal)
  reached('probed')
  const planned = await planOnce(videoId, open, ports, options, change)
  if (planned === null) return await ingestJoined(videoId, source.path, open, ports, options)
  const plan = await forOneEncoder(videoId, planned, open, ports, signal)
  reached('planned')

  const cut = growing(open, options)
  try {
    await publishCut(videoId, { open: cut, plan, progress, filmBytes: null }, ports, options, change)
  } catch (error) {
    const changed = error instanceof CodingChangedError ? planForChanges(plan) : null
    if (changed === null) throw error
    await beginAnew(videoId, { plan: changed, why: (error as CodingChangedError).message }, ports, signal)
    await publishCut(videoId, { open: cut, plan: changed, progress, filmBytes: null }, ports, options, change)
  }
  await release(videoId, ports)
  reached('released')
}

async function follow(path: string, { recordings }: RecordingIngestPorts): Promise<FollowedRecording> {
  try {
    return await recordings.follow(path)
  } catch (cause) {
    if (!(cause instanceof NotFoundError)) throw cause
    throw new InvalidInputError('What was downloaded of this video is gone.', { fix: 'Download it again.', cause })
  }
}

/** The plan of the first attempt holds for every later one; null when the recording cannot be copied as it grows. */
async function planOnce(
  videoId: VideoId,
  { info, head, encodedBy }: OpenRecording,
  { catalog }: RecordingIngestPorts,
  { settings }: IngestOptions,
  change: (how: VideoChange) => Promise<void>,
): Promise<IngestPlan | null> {
  const saved = await catalog.plan(videoId)
  if (saved) return saved
  const planned = planRecording(info, head, settings)
  if (planned === null) return null
  const plan = { ...planned, encodedBy }
  await catalog.savePlan(videoId, plan)
  const { durationSec } = head
  await change({ container: info.container, notes: plan.notes, ...(durationSec !== null && { durationSec }) })
  return plan
}

function growing(open: OpenRecording, { settings }: IngestOptions): CutSource {
  return {
    cut: (plan, options) => open.cut(plan, { ...options, ...growingSegments(settings) }),
    poster: (_, signal) => open.poster(signal),
  }
}

const JOINED = '/joined.mkv'

function isJoined(path: string): boolean {
  return path.endsWith(JOINED)
}

/** What must be encoded is joined to one file when all of it is there, and goes the way of files. */
async function ingestJoined(
  videoId: VideoId,
  recordingPath: string,
  open: OpenRecording,
  ports: RecordingIngestPorts,
  options: IngestOptions,
): Promise<void> {
  const path = `${recordingPath}${JOINED}`
  await open.repack('mkv', path, options.signal)
  await ports.catalog.setSource(videoId, { path, owned: true })
  await removeRecording(recordingPath, ports)
  await ingestVideo(videoId, ports, options)
}

async function release(videoId: VideoId, { catalog, work, recordings }: RecordingIngestPorts): Promise<void> {
  await work.removeVideo(videoId)
  const source = await catalog.source(videoId)
  if (source && !isJoined(source.path)) await removeRecording(source.path, { recordings })
  await catalog.setSource(videoId, null)
}

async function removeRecording(path: string, { recordings }: Pick<RecordingIngestPorts, 'recordings'>): Promise<void> {
  const downloadId = downloadIdOf(path)
  if (downloadId !== null) await recordings.remove(downloadId)
}
