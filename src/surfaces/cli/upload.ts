import { basename, resolve } from 'node:path'
import { InvalidInputError } from '#domain/errors.ts'
import type { VideoId } from '#domain/ids.ts'
import type { Job } from '#domain/job-queue.ts'
import type { Video } from '#domain/video.ts'
import type { CliLibrary } from './cli-ports.ts'
import { type Verb, type VerbContext, verbCommand } from './command.ts'
import { EXIT, type ExitCode, exitCodeForCode } from './exit-code.ts'
import { count, formatBar, formatBytes, formatDuration } from './format-values.ts'
import { mustBeFile } from './must-be-file.ts'
import { showError } from './show-error.ts'
import { titleOfOption } from './title-of-option.ts'

export const uploadVerb: Verb = {
  command: verbCommand({
    name: 'upload',
    summary: 'Turns video files into streams. The files stay where they are.',
    examples: [
      ['upload film.mkv', 'one file'],
      ['upload --video a.mp4 b.mkv', 'several, one after another'],
      ['upload film.mkv --title "The Film"', 'under a title of its own'],
    ],
    exits: '0 done, 1 failed, 3 some failed, 5 try again, 7 no such file, 8 ffmpeg missing, 9 no space, 130 cancelled',
  })
    .argument('[files...]', 'video files')
    .option('--video <files...>', 'the same as an option')
    .option('--title <title>', 'for a single file'),

  async run(options, args, { ports, terminal }) {
    const files = [...((options.video as string[] | undefined) ?? []), ...args]
    if (files.length === 0) throw new InvalidInputError('No file is named.', { fix: 'telereel upload FILE...' })
    if (options.title && files.length > 1) throw new InvalidInputError('--title names one file, several are given.')
    const title = typeof options.title === 'string' ? { title: titleOfOption(options.title) } : {}
    await using library = await ports.openLibrary()
    const codes: ExitCode[] = []
    for (const file of files) {
      if (ports.signal.aborted) break
      codes.push(await uploadFile({ path: resolve(file), among: files.length, ...title }, library, { ports, terminal }))
    }
    const failed = codes.filter((code) => code !== EXIT.done)
    if (failed.length === 0 && codes.length === files.length) return EXIT.done
    if (ports.signal.aborted) return EXIT.cancelled
    return failed.length < codes.length ? EXIT.partly : (failed[0] as ExitCode)
  },
}

interface UploadedFile {
  readonly path: string
  /** How many are uploaded by this command: with several it is said which one is meant. */
  readonly among: number
}

async function uploadFile(
  { among, ...file }: UploadedFile & { readonly title?: string },
  library: CliLibrary,
  { ports, terminal }: VerbContext,
): Promise<ExitCode> {
  try {
    await mustBeFile(file.path)
    const startedMs = performance.now()
    const videoId = await library.register(file)
    terminal.data({ v: 1, type: 'status', file: file.path, videoId, stage: 'queued' })
    const job = await library.follow(
      videoId,
      'ingest-video',
      (now) => showProgress(now, file.path, { ports, terminal }),
      ports.signal,
    )
    const video = await library.catalog.video(videoId)
    if (job.state === 'done') {
      showResult(video, library, terminal, (performance.now() - startedMs) / 1000)
      return EXIT.done
    }
    if (job.state === 'cancelled') return EXIT.cancelled
    showFailure({ path: file.path, among }, video, job, terminal)
    if (job.state === 'waiting') terminal.warn('  The same command, or the server, goes on with it.')
    return exitCodeForCode(video.failure?.code ?? job.failure?.code ?? '')
  } catch (error) {
    if (ports.signal.aborted) {
      terminal.warn('Stopped. What is stored stays; the same command goes on from there.')
      return EXIT.cancelled
    }
    return showError(error, terminal, file.path)
  }
}

function showProgress({ progress }: Job, file: string, { terminal }: VerbContext): void {
  if (!progress) return
  const { stage, percent, bytesPerSec, secondsLeft, note } = progress
  terminal.data({ v: 1, type: 'status', file, stage, percent, bytesPerSec, secondsLeft, note })
  const left = secondsLeft === null ? '' : `  ${formatDuration(secondsLeft)} left`
  const speed = bytesPerSec > 0 ? `  ${formatBytes(bytesPerSec)}/s` : ''
  terminal.status(
    `${formatBar(percent, 20)} ${String(Math.round(percent)).padStart(3)} %  ${note ?? `${stage}${speed}${left}`}`,
  )
}

/** `waitedSec`: until all of it was stored; the statistics are written before that. */
function showResult(video: Video, library: CliLibrary, terminal: VerbContext['terminal'], waitedSec: number): void {
  const links = library.linksOf(video.id)
  const { statistics } = video
  terminal.data({ v: 1, type: 'summary', videoId: video.id, title: video.title, links, statistics, notes: video.notes })
  terminal.print(`${video.title}  (${video.id})`)
  terminal.print(`  local     ${links.local}`)
  if (links.public) terminal.print(`  public    ${links.public}`)
  if (statistics) {
    const { segments, copiedSegments, reencodedSegments, segmentDurationSec } = statistics
    const share = (count: number) => `${count} (${segments === 0 ? 0 : Math.round((count / segments) * 100)} %)`
    terminal.print(
      `  segments  ${segments} of about ${segmentDurationSec.toFixed(1)} s: ${share(copiedSegments)} copied, ${share(reencodedSegments)} re-encoded`,
    )
    terminal.print(
      `  size      ${formatBytes(statistics.totalBytes)} in ${count(statistics.packs, 'pack')}; a segment has ${formatBytes(statistics.averageBytes)} on average, ${formatBytes(statistics.largestBytes)} at most`,
    )
    terminal.print(`  took      ${waitedSec.toFixed(1)} s`)
  }
  for (const note of video.notes) terminal.print(`  note      ${note}`)
}

function showFailure(
  { path, among }: UploadedFile,
  { failure, id }: Video,
  job: Job,
  terminal: VerbContext['terminal'],
): void {
  const { code, message } = failure ?? job.failure ?? { code: 'failed', message: 'The ingest failed.' }
  terminal.data({
    v: 1,
    type: 'error',
    file: path,
    videoId: id as VideoId,
    code,
    message,
    why: failure?.why,
    fix: failure?.fix,
  })
  const which = among > 1 ? `${basename(path)}: ` : ''
  terminal.warn(`${terminal.colors.red('✖')} ${which}${message}  [${code}]`)
  if (failure?.why) terminal.warn(`  Why   ${failure.why}`)
  if (failure?.fix) terminal.warn(`  Fix   ${failure.fix}`)
}
