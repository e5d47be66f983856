import type { DownloadRequest, DownloadResult } from '#domain/download.ts'
import type { JobId, VideoId } from '#domain/ids.ts'
import type { Job } from '#domain/job-queue.ts'
import { entryRequest } from '#features/downloads/entry-request.ts'
import type { CliLibrary } from './cli-ports.ts'
import type { VerbContext } from './command.ts'
import { commandOf } from './download-to-file.ts'
import { EXIT, type ExitCode, exitCodeForCode } from './exit-code.ts'
import { onInterrupt } from './on-interrupt.ts'
import { progressShower, RECORDING, showDownloadResult } from './show-download.ts'
import { shownAddress } from '#domain/shown-address.ts'

/** Downloads through the queue and follows until the video is whole; a list becomes several videos. */
export async function downloadToLibrary(
  request: DownloadRequest,
  library: CliLibrary,
  context: VerbContext & { readonly finish?: boolean },
): Promise<ExitCode> {
  const { terminal } = context
  const url = shownAddress(request.url)
  const id = await (context.finish ? library.finishDownload(request) : library.download(request))
  terminal.data({ v: 1, type: 'status', url, jobId: id, stage: 'queued' })
  const job = await followDownload(id, request, library, context)
  if (job === null) return EXIT.cancelled
  if (job.state !== 'done') return showFailure(job, url, context)
  const result = job.result
  if (!result) return EXIT.done
  if (result.entries.length > 0) return await followEntries(request, result, library, context)
  const { videoId } = result
  if (videoId === null) return showDownloadResult(result, { url, links: null }, terminal)
  const ingest = await followIngest(videoId, { url, isRecording: result.kind === 'hls' }, library, context)
  if (ingest !== EXIT.done) return ingest
  return showDownloadResult(result, { url, links: library.linksOf(videoId) }, terminal)
}

async function followEntries(
  request: DownloadRequest,
  { entries }: DownloadResult,
  library: CliLibrary,
  context: VerbContext,
): Promise<ExitCode> {
  const codes: ExitCode[] = []
  for (const { url } of entries) {
    codes.push(await downloadToLibrary(entryRequest(request, url), library, context))
    if (context.ports.signal.aborted) break
  }
  return codes.find((code) => code !== EXIT.done) ?? EXIT.done
}

/** Null when somebody stopped it: then the job is paused, and the same command goes on with it. */
async function followDownload(
  id: JobId,
  request: DownloadRequest,
  library: CliLibrary,
  { ports, terminal }: VerbContext,
): Promise<Job<'download'> | null> {
  const stopping = new AbortController()
  const show = progressShower(shownAddress(request.url), terminal)
  let stage = ''
  using _interrupt = onInterrupt(ports.signal, () => {
    if (stage !== RECORDING) return stopping.abort(ports.signal.reason)
    terminal.warn('Ending the recording with what is there. Ctrl-C again stops now.')
    library.jobs.finish(id).catch(() => stopping.abort(ports.signal.reason))
  })
  const onProgress = (job: Job) => {
    if (!job.progress) return
    stage = job.progress.stage
    show(job.progress)
  }
  try {
    return (await library.followJob(id, onProgress, stopping.signal)) as Job<'download'>
  } catch (error) {
    if (!stopping.signal.aborted) throw error
    // It may have ended meanwhile: then there is nothing to pause.
    await library.jobs.pause(id).catch(() => undefined)
    terminal.warn(`Stopped. What is there stays; this goes on from there:\n  ${commandOf(request, null)}`)
    return null
  }
}

/** The video may be whole by now: it is made while it comes. */
async function followIngest(
  videoId: VideoId,
  { url, isRecording }: { readonly url: string; readonly isRecording: boolean },
  library: CliLibrary,
  context: VerbContext,
): Promise<ExitCode> {
  const before = await library.catalog.video(videoId)
  if (before.state === 'ready') return EXIT.done
  const show = progressShower(url, context.terminal)
  const showJob = ({ progress }: Job) => progress && show(progress)
  // Ctrl-C has ended the recording; it is not to leave it half made.
  const signal = context.ports.signal.aborted ? new AbortController().signal : context.ports.signal
  const job = await library.follow(videoId, isRecording ? 'ingest-recording' : 'ingest-video', showJob, signal)
  if (job.state === 'done') return EXIT.done
  const { failure } = await library.catalog.video(videoId)
  return showFailure({ ...job, failure: failure ?? job.failure }, url, context)
}

function showFailure(
  { id, state, failure }: Pick<Job, 'id' | 'state' | 'failure'>,
  url: string,
  { terminal }: VerbContext,
): ExitCode {
  if (state === 'cancelled') {
    terminal.warn('It was cancelled.')
    return EXIT.cancelled
  }
  if (state === 'paused') {
    terminal.warn('It was paused. The same command goes on with it.')
    return EXIT.cancelled
  }
  const { code, message } = failure ?? { code: 'failed', message: 'The download failed.' }
  const exit = exitCodeForCode(code)
  terminal.data({ v: 1, type: 'error', url, jobId: id, code, message, exit })
  terminal.warn(`${terminal.colors.red('✖')} ${message}  [${code}]`)
  if (state === 'waiting') terminal.warn('  The same command, or the server, goes on with it.')
  return exit
}
