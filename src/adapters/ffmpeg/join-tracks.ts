import { rm } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { MediaRefusedError } from '#domain/errors.ts'
import type { FfmpegTools } from './ffmpeg-tools.ts'
import { inputOptions } from './input-options.ts'
import { mainVideo } from '#domain/main-video.ts'
import { type ProbedMedia, probeMedia } from './probe-media.ts'
import { runTool } from './run-tool.ts'
import { toolError } from './tool-errors.ts'

export interface ApartTracks {
  readonly picture: string
  readonly sound: string
  /** Written as Matroska, which takes every codec that is copied here. */
  readonly output: string
}

const STALL_LIMIT_MS = 60_000
const TIME_LIMIT_MS = 6 * 3_600_000

/**
 * Puts the picture of one file and the sound of another into a third, nothing encoded, each at the times it had. Rejects as
 * `probeMedia` does, with MediaRefusedError when one of them lacks what is wanted of it; then there is no output.
 */
export async function joinTracks(tools: FfmpegTools, files: ApartTracks, signal?: AbortSignal): Promise<void> {
  const [picture, sound] = await Promise.all([
    probeMedia(tools, files.picture, signal),
    probeMedia(tools, files.sound, signal),
  ])
  const [video, audio] = [mainVideo(picture.info), sound.info.streams.find(({ kind }) => kind === 'audio')]
  if (video === null || audio === undefined) {
    throw new MediaRefusedError('Picture and sound cannot be joined.', {
      why: video === null ? 'The first file holds no picture.' : 'The second file holds no sound.',
    })
  }
  try {
    await join(tools, { picture, sound, output: files.output, maps: [`0:${video.index}`, `1:${audio.index}`] }, signal)
  } catch (error) {
    await rm(files.output, { force: true })
    throw error
  }
}

interface Joining {
  readonly picture: ProbedMedia
  readonly sound: ProbedMedia
  readonly output: string
  readonly maps: readonly string[]
}

async function join(
  tools: FfmpegTools,
  { picture, sound, output, maps }: Joining,
  signal?: AbortSignal,
): Promise<void> {
  await using child = await runTool(tools, {
    tool: 'ffmpeg',
    input: picture.file,
    alsoReads: [sound.file.path],
    before: ['-v', 'error', '-y', '-copyts'],
    options: (out) => [
      ...[
        ...inputOptions(sound.file),
        '-i',
        `file:${resolve(sound.file.path)}`,
        ...maps.flatMap((map) => ['-map', map]),
      ],
      // Where both begin is kept apart: only together they are moved to zero.
      ...['-c', 'copy', '-avoid_negative_ts', 'make_zero', '-map_metadata', '-1', '-map_chapters', '-1'],
      ...['-progress', 'pipe:1', '-f', 'matroska', out(basename(output))],
    ],
    outputFolder: dirname(output),
    timeLimitMs: TIME_LIMIT_MS,
    stallLimitMs: STALL_LIMIT_MS,
    signal,
  })
  for await (const _ of child.output());
  const end = await child.ended
  signal?.throwIfAborted()
  if (end.exitCode !== 0 || end.stopped !== null) throw toolError(end, 'Joining picture and sound')
}
