import type { DownloadGap, DownloadResult } from '#domain/download.ts'
import type { VideoId } from '#domain/ids.ts'
import type { JobProgress } from '#domain/job-queue.ts'
import { cutOff, type Recording, type RecordingHead } from '#domain/recording.ts'
import type { WebText } from '#domain/web.ts'
import type { DownloadLibrary, DownloadPorts, DownloadTask } from './download-ports.ts'
import { fetchStream } from './fetch/fetch-stream.ts'
import { webIdentityOf } from './find-link.ts'
import { planStream } from './hls/plan-stream.ts'
import { NOT_FETCHED, recordedPlan } from './hls/recorded-plan.ts'
import type { StreamPlan } from './hls/segment-wish.ts'
import { type StreamFile, streamFile } from './stream-file.ts'
import { untilFinished } from './until-finished.ts'
import { whileWanted } from './while-wanted.ts'

/**
 * An HLS stream goes into a recording; the library, or a file, follows it while it grows. The recording is the only truth:
 * who runs this again finds there what is left to do.
 */
export async function downloadStream(
  playlist: WebText,
  task: DownloadTask,
  ports: DownloadPorts,
): Promise<DownloadResult> {
  // A file is made anew from where it changes; a video that is being made of the recording has read its gaps already.
  await using recording = await ports.recordings.open(task.id, { gapsAgain: libraryOf(task, ports) === null })
  const plan = await planStream(playlist, task.request, ports.web, task.signal, { before: recording.head })
  // A live stream knows by itself what to do when somebody wants no more of it.
  const isLive = plan.head.live || recording.head?.live
  return await follow(recording, isLive ? plan : untilFinished(plan, recording.segments), task, ports)
}

/**
 * The result of what there is, when somebody wants no more of a download that stood still: nobody is asked, so it also works
 * when the address is gone. Null when nothing is recorded yet.
 */
export async function downloadFinished(task: DownloadTask, ports: DownloadPorts): Promise<DownloadResult | null> {
  if (!(await ports.recordings.peek(task.id))?.hasMedia) return null
  await using recording = await ports.recordings.open(task.id)
  const { head, segments } = recording
  if (head === null || !hasMedia(segments)) return null
  return await follow(recording, recordedPlan(head, segments), task, ports)
}

/**
 * What to do when the address of a stream cannot be read: a recording that has ended needs it no more, nor does one of which
 * nobody wants more. Rejects with the reason where there is more to come, or nothing was recorded.
 */
export async function downloadRecorded(
  whyUnread: unknown,
  task: DownloadTask,
  ports: DownloadPorts,
): Promise<DownloadResult> {
  await using recording = await ports.recordings.open(task.id)
  const { head, end, segments } = recording
  const isEnough = end?.state === 'complete' || (task.finishing.aborted && hasMedia(segments))
  if (head !== null && isEnough) return await follow(recording, recordedPlan(head, segments), task, ports)
  if (head === null) await ports.recordings.remove(task.id)
  if (hasMedia(segments)) task.log({ level: 'info', text: STAYS })
  throw whyUnread
}

const STAYS = 'What was recorded before stays; finish the download (--finish) to have that without the rest.'

function hasMedia(segments: Recording['segments']): boolean {
  return segments.get('main')?.some(({ gap }) => gap === null) ?? false
}

function libraryOf({ request }: DownloadTask, { library }: DownloadPorts): DownloadLibrary | null {
  return request.target === 'library' ? library : null
}

async function follow(
  recording: Recording,
  plan: StreamPlan,
  task: DownloadTask,
  ports: DownloadPorts,
): Promise<DownloadResult> {
  for (const text of plan.notes) task.log({ level: 'info', text })
  await begin(recording, plan)

  const library = libraryOf(task, ports)
  const made = library
    ? await intoLibrary(recording, plan, task, { ...ports, library })
    : await intoFile(recording, plan, task, ports)
  const { leftOut, gaps: before, ...where } = made
  const gaps = [...before, ...gapsAtEnd(plan.head, recording)]
  for (const gap of gaps) task.log({ level: 'warn', text: gapLine(gap) })
  const state = gaps.length === 0 ? ('complete' as const) : ('gaps' as const)
  const notes = [...plan.notes, ...leftOut]
  return { ...where, state, kind: 'hls', title: headOf(recording, plan).title, gaps, notes, entries: [] }
}

/** Who follows reads the head: it has to be there. */
async function begin(recording: Recording, { head }: StreamPlan): Promise<void> {
  if (recording.head === null) await recording.begin(head)
  if (recording.end?.state === 'failed') await recording.resume()
}

/** As it was begun: the file is named after its title, and one that goes on goes on with the same file. */
function headOf({ head }: Recording, plan: StreamPlan): RecordingHead {
  return head ?? plan.head
}

interface Made extends StreamFile {
  readonly videoId: VideoId | null
  readonly gaps: readonly DownloadGap[]
}

/** The video is there at once and grows with the recording; its ingest is a job of its own. Nobody fetches for one that failed. */
async function intoLibrary(
  recording: Recording,
  plan: StreamPlan,
  task: DownloadTask,
  ports: DownloadPorts & { readonly library: NonNullable<DownloadPorts['library']> },
): Promise<Made> {
  const { library } = ports
  const source = { downloadId: task.id, path: recording.path, title: headOf(recording, plan).title }
  const videoId = await library.adoptRecording(source)
  const fetching = (signal: AbortSignal) => fetchAll(plan, recording, { ...task, signal, known: { videoId } }, ports)
  const gaps = await whileWanted(videoId, fetching, library, task.signal)
  const byteLength = sumOf(recording)
  await library.recorded(videoId, byteLength)
  return { videoId, byteLength, gaps, sha256: null, path: null, leftOut: [], beside: [] }
}

/** Fetching and writing go side by side; when one fails the other has nothing left to do. */
async function intoFile(
  recording: Recording,
  plan: StreamPlan,
  task: DownloadTask,
  ports: DownloadPorts,
): Promise<Made> {
  const oneFailed = new AbortController()
  const both = { ...task, signal: AbortSignal.any([task.signal, oneFailed.signal]) }
  const head = headOf(recording, plan)
  const work = [fetchAll(plan, recording, both, ports), streamFile(recording.path, head, both, ports)] as const
  try {
    const [gaps, file] = await Promise.all(work)
    return { ...file, gaps, videoId: null }
  } catch (error) {
    oneFailed.abort(error)
    await Promise.allSettled(work)
    throw error
  }
}

function fetchAll(
  plan: StreamPlan,
  recording: Recording,
  task: DownloadTask & { readonly known?: Partial<JobProgress> },
  ports: DownloadPorts,
): Promise<readonly DownloadGap[]> {
  const { request, connections, signal, finishing, log, known } = task
  const { live } = plan.head
  const { title } = headOf(recording, plan)
  const options = {
    identity: webIdentityOf(request.url, request.identity),
    // What a live stream has lost nobody gives again: the rest is not given up for it.
    allowGaps: request.allowGaps || live,
    ...(connections !== undefined && { connections }),
    signal,
    finishing,
    report: (progress: JobProgress) =>
      task.report({ ...progress, title, ...known, ...((progress.bytes ?? 0) > 0 && { recorded: true }) }),
  }
  return fetchStream(plan, recording, { ...ports, log }, options)
}

/** What was not waited for, when a stream was ended early that would have had an end of its own. */
function gapsAtEnd(head: RecordingHead, recording: Recording): DownloadGap[] {
  // By numbers that count from where a live stream was begun, nothing follows about its end.
  if (recording.head?.live) return []
  return cutOff(head, recording.segments).map(({ rendition, count }) => {
    const there = recording.segments.get(rendition) ?? []
    const startSec = there.reduce((sum, { durationSec }) => sum + durationSec, 0)
    const durationSec = Math.max(0, (head.durationSec ?? startSec) - startSec)
    return { rendition, msn: (there.at(-1)?.msn ?? -1) + 1, count, startSec, durationSec, why: NOT_FETCHED }
  })
}

function sumOf({ segments }: Recording): number {
  return [...segments.values()].flat().reduce((sum, { byteLength }) => sum + byteLength, 0)
}

function gapLine({ rendition, msn, count, startSec, why }: DownloadGap): string {
  const which = count === 1 ? `Segment ${msn}` : `Segments ${msn} to ${msn + count - 1}`
  return `${which} of ${rendition} at ${startSec.toFixed(1)} s: missing. ${why}`
}
