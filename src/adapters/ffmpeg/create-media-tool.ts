import { availableParallelism } from 'node:os'
import { ToolMissingError } from '#domain/errors.ts'
import type { Events } from '#domain/events.ts'
import type { MediaTool } from '#domain/media-tool.ts'
import { type FfmpegTools, findFfmpegTools, type ToolPlaces } from './ffmpeg-tools.ts'
import { chooseEncoder, type HardwareAccel } from './hardware-encoders.ts'
import { type ApartTracks, joinTracks } from './join-tracks.ts'
import { makeDemoFilm } from './make-demo-film.ts'
import type { MediaToolStatus } from './media-tool-status.ts'
import { openFile, type OpenFileSettings } from './open-file.ts'
import { openRecording } from './open-recording.ts'
import { MAX_THREADS } from './run-limits.ts'

export interface MediaToolSettings extends ToolPlaces {
  readonly hardwareAccel: HardwareAccel
  /** Threads of decoders and encoders; as many as there are processors when missing, 16 at most. */
  readonly threads?: number | undefined
  /** Small files live here while a film is cut. */
  readonly workDir: string
  readonly maxBlobBytes: number
  readonly events: Events
}

export interface FfmpegMediaTool extends MediaTool {
  /** What was found out at start: for the doctor, the status page, the log. */
  describe(): MediaToolStatus
  /** Makes a film of its own at `path`, for a library that is empty. */
  makeDemoFilm(path: string, signal?: AbortSignal): Promise<void>
  /** Picture and sound of two files into one (see `joinTracks`). */
  joinTracks(files: ApartTracks, signal?: AbortSignal): Promise<void>
}

/**
 * Finds ffmpeg and ffprobe, tries the sandbox and the hardware encoder once; `describe` says what was found, the log only which
 * encoder works. Without the programs it resolves too: then `open` rejects with ToolMissingError and `describe` says what to install.
 */
export async function createMediaTool(settings: MediaToolSettings): Promise<FfmpegMediaTool> {
  try {
    return await workingTool(settings)
  } catch (error) {
    if (!(error instanceof ToolMissingError)) throw error
    note(settings.events, 'error', `${error.message} ${error.fix ?? ''}`.trim())
    return missingTool(error, settings.hardwareAccel)
  }
}

async function workingTool(settings: MediaToolSettings): Promise<FfmpegMediaTool> {
  const tools = await findFfmpegTools(settings)
  const { encoder, choice } = await chooseEncoder(tools, settings.hardwareAccel)
  const threads = settings.threads ?? Math.min(availableParallelism(), MAX_THREADS)
  const warn = (message: string) => note(settings.events, 'warn', message)
  const opening: OpenFileSettings = { tools, encoder, threads, workDir: settings.workDir, warn }
  const status = statusOf(tools, choice)
  const { wanted, used, why } = status.encoder
  if (wanted !== '') note(settings.events, used === 'software' ? 'warn' : 'info', `Encoder: ${why}`)
  return {
    open: (path, signal) => openFile(path, opening, signal),
    openRecording: (recording, signal) => openRecording(recording, opening, signal),
    describe: () => status,
    makeDemoFilm: (path, signal) => makeDemoFilm(tools, path, signal),
    joinTracks: (files, signal) => joinTracks(tools, files, signal),
  }
}

function statusOf(tools: FfmpegTools, encoder: MediaToolStatus['encoder']): MediaToolStatus {
  const { ffmpeg, ffprobe, sandbox, launchers, warnings } = tools
  return {
    tools: {
      ffmpeg: { path: ffmpeg.path, version: ffmpeg.version.text },
      ffprobe: { path: ffprobe.path, version: ffprobe.version.text },
    },
    problem: null,
    sandbox: { level: sandbox.level, why: sandbox.why },
    encoder,
    limits: launchers.prlimit !== null,
    warnings,
  }
}

function note(events: Events, level: 'info' | 'warn' | 'error', message: string): void {
  events.emit({ kind: 'note', level, message })
}

function missingTool(problem: ToolMissingError, wanted: HardwareAccel): FfmpegMediaTool {
  const status: MediaToolStatus = {
    tools: null,
    problem: {
      message: problem.message,
      ...(problem.why !== undefined && { why: problem.why }),
      ...(problem.fix !== undefined && { fix: problem.fix }),
    },
    sandbox: { level: 'none', why: 'there is nothing to run' },
    encoder: { wanted, used: 'software', why: 'there is no ffmpeg' },
    limits: false,
    warnings: [],
  }
  const refuse = () => Promise.reject(problem)
  return { open: refuse, openRecording: refuse, describe: () => status, makeDemoFilm: refuse, joinTracks: refuse }
}
