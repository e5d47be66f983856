import { open, stat } from 'node:fs/promises'
import {
  InvalidInputError,
  MediaDamagedError,
  MediaRefusedError,
  NotMediaError,
  type ProductError,
  ToolFailedError,
} from '#domain/errors.ts'
import type { MediaInfo } from '#domain/media-info.ts'
import type { ProcessEnd } from '#lib/process/start-process.ts'
import type { FfmpegTools } from './ffmpeg-tools.ts'
import { MAX_PIXELS } from './input-options.ts'
import { mediaInfoOf } from './media-info-of.ts'
import { type StreamDetails, streamDetailsOf } from './stream-details.ts'
import { parseProbeReport, type ProbeReport } from './probe-report.ts'
import { type MediaFile, runTool } from './run-tool.ts'
import { SNIFF_BYTES, sniff } from './sniff.ts'
import { causeIn, lastWords, refusedCodec, tooLarge, toolError } from './tool-errors.ts'

export interface ProbedMedia {
  readonly info: MediaInfo
  readonly file: MediaFile
  /** By stream index. */
  readonly details: ReadonlyMap<number, StreamDetails>
}

/**
 * Sniffs, then asks ffprobe. Rejects with NotMediaError, MediaDamagedError, MediaRefusedError, ToolFailedError,
 * InvalidInputError when the path is no file that can be read. `asked` is called when ffprobe looks at the file for the first
 * time: who reads it meanwhile does not keep ffprobe from beginning.
 */
export async function probeMedia(
  tools: FfmpegTools,
  path: string,
  signal?: AbortSignal,
  asked: (file: MediaFile) => void = () => {},
): Promise<ProbedMedia> {
  signal?.throwIfAborted()
  const { head, byteLength } = await readHead(path)
  const family = sniff(head)
  const input = { path, family, codecs: tools.codecs, sandboxed: true }
  const { report, complaints, file } = await probeReadable(tools, input, { signal, asked: once(asked) })
  const info = mediaInfoOf(report, { family, byteLength })
  requirePlayable(info, complaints)
  return { info, file, details: streamDetailsOf(report) }
}

async function readHead(path: string): Promise<{ head: Uint8Array; byteLength: number }> {
  try {
    const stats = await stat(path)
    if (!stats.isFile()) throw new InvalidInputError(`${path} is not a file.`)
    await using handle = await open(path)
    const { bytesRead, buffer } = await handle.read(new Uint8Array(SNIFF_BYTES), 0, SNIFF_BYTES, 0)
    return { head: buffer.subarray(0, bytesRead), byteLength: stats.size }
  } catch (cause) {
    if (cause instanceof InvalidInputError) throw cause
    const { code = '' } = cause as NodeJS.ErrnoException
    throw new InvalidInputError(`${path} cannot be read (${code}).`, { cause })
  }
}

function once(tell: (file: MediaFile) => void): (file: MediaFile) => void {
  let told = false
  return (file) => {
    if (!told) tell(file)
    told = true
  }
}

interface Asking {
  readonly signal: AbortSignal | undefined
  asked(file: MediaFile): void
}

interface Probed {
  readonly report: ProbeReport
  readonly complaints: string
  readonly file: MediaFile
}

/** Root may read files of other people, a sandbox may not: such a file is read without one, by the lists alone. */
async function probeReadable(tools: FfmpegTools, file: MediaFile, how: Asking) {
  try {
    return await probeAllowed(tools, file, how)
  } catch (error) {
    const isRoot = process.getuid?.() === 0 && tools.sandbox.level !== 'none'
    if (!(isRoot && error instanceof ToolFailedError && /Permission denied/.test(error.why ?? ''))) throw error
    return probeAllowed(tools, { ...file, sandboxed: false }, how)
  }
}

/** One refused codec makes ffprobe give up on the whole file; only behind a full sandbox more codecs are tried. */
async function probeAllowed(tools: FfmpegTools, file: MediaFile, how: Asking): Promise<Probed> {
  try {
    return await probe(tools, file, how)
  } catch (error) {
    if (!(error instanceof RefusedCodec) || tools.wideCodecs === null || !file.sandboxed) throw error
    return probe(tools, { ...file, codecs: tools.wideCodecs }, how)
  }
}

/** Told apart from other refusals, because a wider list may help. */
class RefusedCodec extends MediaRefusedError {}

const PROBE_LIMIT_MS = 60_000
const PROBE_CPU_SEC = 60
/** A file of 64 streams with thousands of chapters stays far below. */
const MAX_REPORT_BYTES = 32 * 1024 * 1024

async function probe(tools: FfmpegTools, input: MediaFile, { signal, asked }: Asking): Promise<Probed> {
  await using child = await runTool(tools, {
    tool: 'ffprobe',
    input,
    before: ['-v', 'error'],
    options: () => ['-of', 'json', '-show_format', '-show_streams', '-show_chapters'],
    limits: { cpuSec: PROBE_CPU_SEC },
    timeLimitMs: PROBE_LIMIT_MS,
    signal,
  })
  asked(input)
  const json = await textOf(child.output())
  const end = await child.ended
  const report = end.exitCode === 0 && end.stopped === null ? parseProbeReport(json) : null
  if (report !== null) return { report, complaints: end.stderr, file: input }
  const error = probeError(end)
  if (refusedCodec(end.stderr) === null) throw error
  throw new RefusedCodec(error.message, { ...(error.why && { why: error.why }), ...(error.fix && { fix: error.fix }) })
}

/** The file has been taken for a film by its first bytes: what ffprobe cannot make sense of then is damaged. */
function probeError(end: ProcessEnd): ProductError {
  const error = toolError(end, 'Reading the file')
  const isOurFault =
    end.exitCode !== 1 || end.stopped !== null || /^bwrap:|Permission denied|No such file/m.test(end.stderr)
  if (!(error instanceof ToolFailedError) || isOurFault) return error
  return new MediaDamagedError('The file cannot be read.', { why: lastWords(end.stderr), fix: 'Get the file again.' })
}

async function textOf(output: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  let byteLength = 0
  for await (const chunk of output) {
    byteLength += chunk.byteLength
    if (byteLength > MAX_REPORT_BYTES) throw new MediaRefusedError('The file describes itself at endless length.')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function requirePlayable({ streams, durationSec, byteLength }: MediaInfo, complaints: string): void {
  const film = streams.filter((one) => one.kind === 'audio' || (one.kind === 'video' && !one.isCover))
  const large = film.find((one) => one.kind === 'video' && one.width * one.height > MAX_PIXELS)
  if (large?.kind === 'video') throw tooLarge(`${large.width}x${large.height}`)
  if (film.length > 0) return
  // ffprobe ends well although it could not open the only stream there is.
  const cause = causeIn(complaints)
  if (cause !== null) throw cause
  if (streams.length === 0) throw new MediaDamagedError(`Nothing in the file can be read (${byteLength} bytes).`)
  throw new NotMediaError('The file holds neither a film nor sound.', {
    why: `It has ${streams.map((one) => `${one.kind} (${one.codec})`).join(', ')} only, ${durationSec} s long.`,
  })
}
