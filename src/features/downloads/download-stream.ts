import type { DownloadGap, DownloadResult } from '#domain/download.ts'
import type { VideoId } from '#domain/ids.ts'
import type { JobProgress } from '#domain/job-queue.ts'
import type { Recording } from '#domain/recording.ts'
import type { WebText } from '#domain/web.ts'
import type { DownloadPorts, DownloadTask } from './download-ports.ts'
import { fetchStream } from './fetch/fetch-stream.ts'
import { webIdentityOf } from './find-link.ts'
import { planStream } from './hls/plan-stream.ts'
import type { StreamPlan } from './hls/segment-wish.ts'
import { type StreamFile, streamFile } from './stream-file.ts'

/**
 * An HLS stream goes into a recording; the library, or a file, follows it while it grows. The recording is the only truth:
 * who runs this again finds there what is left to do.
 */
export async function downloadStream(
  playlist: WebText,
  task: DownloadTask,
  ports: DownloadPorts,
): Promise<DownloadResult> {
  const { request, signal } = task
  await using recording = await ports.recordings.open(task.id)
  const plan = await planStream(playlist, request, ports.web, signal, { before: recording.head })
  for (const text of plan.notes) task.log({ level: 'info', text })
  await begin(recording, plan)

  const following = await follow(recording, plan, task, ports)
  const gaps = await Promise.race([fetchAll(plan, recording, { task, ports, following }), following.failed])
  for (const gap of gaps) task.log({ level: 'warn', text: gapLine(gap) })
  const { leftOut, ...made } = await following.finish(sumOf(recording))
  const { head, notes } = plan
  const state = gaps.length === 0 ? ('complete' as const) : ('gaps' as const)
  return { ...made, state, kind: 'hls', title: head.title, gaps, notes: [...notes, ...leftOut], entries: [] }
}

/** Who follows reads the head: it has to be there. */
async function begin(recording: Recording, { head }: StreamPlan): Promise<void> {
  if (recording.head === null) await recording.begin(head)
  if (recording.end?.state === 'failed') await recording.resume()
}

/** What becomes of a recording while it grows and when it has ended. */
interface Following {
  readonly videoId: VideoId | null
  /** Rejects as soon as what follows fails; else stays open. */
  readonly failed: Promise<never>
  finish(byteLength: number): Promise<StreamFile & { readonly videoId: VideoId | null }>
}

async function follow(
  recording: Recording,
  { head }: StreamPlan,
  task: DownloadTask,
  ports: DownloadPorts,
): Promise<Following> {
  if (ports.library !== null && task.request.target === 'library') {
    const source = { downloadId: task.id, path: recording.path, title: head.title }
    const videoId = await ports.library.adoptRecording(source)
    const { library } = ports
    const finish = async (byteLength: number) => {
      await library.recorded(videoId, byteLength)
      return { videoId, byteLength, sha256: null, path: null, leftOut: [] }
    }
    return { videoId, failed: new Promise(() => {}), finish }
  }
  const writing = streamFile(recording.path, head, task, ports)
  writing.catch(() => {}) // Told by `failed`, and by `finish`.
  const failed = new Promise<never>((_, reject) => writing.catch(reject))
  return { videoId: null, failed, finish: async () => ({ ...(await writing), videoId: null }) }
}

interface Fetching {
  readonly task: DownloadTask
  readonly ports: DownloadPorts
  readonly following: Following
}

function fetchAll(plan: StreamPlan, recording: Recording, { task, ports, following }: Fetching) {
  const { request, connections, signal, finishing, log } = task
  const known = { title: plan.head.title, ...(following.videoId !== null && { videoId: following.videoId }) }
  return fetchStream(
    plan,
    recording,
    { ...ports, log },
    {
      identity: webIdentityOf(request.url, request.identity),
      allowGaps: request.allowGaps,
      ...(connections !== undefined && { connections }),
      signal,
      finishing,
      report: (progress: JobProgress) => task.report({ ...progress, ...known }),
    },
  )
}

function sumOf({ segments }: Recording): number {
  return [...segments.values()].flat().reduce((sum, { byteLength }) => sum + byteLength, 0)
}

function gapLine({ rendition, msn, count, startSec, why }: DownloadGap): string {
  const which = count === 1 ? `Segment ${msn}` : `Segments ${msn} to ${msn + count - 1}`
  return `${which} of ${rendition} at ${startSec.toFixed(1)} s: missing. ${why}`
}
