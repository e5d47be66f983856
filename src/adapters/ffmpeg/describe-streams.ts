import { ContainerError } from '#lib/containers/container-error.ts'
import { FRAGMENT_STREAM_OPTIONS } from '#lib/containers/iso-bmff/fragment-stream-options.ts'
import { readFragmentStream } from '#lib/containers/iso-bmff/fragment-stream.ts'
import type { ContainerTrack } from '#lib/containers/sample.ts'
import type { FfmpegTools } from './ffmpeg-tools.ts'
import { type MediaFile, runTool } from './run-tool.ts'
import { descriptorOf } from './transcode-options.ts'

/** A stream whose header in MP4 is wanted. */
export interface StreamHeader {
  readonly streamIndex: number
  readonly isHevc: boolean
}

/** A track that begins later than this is left to a run that reads everything. */
const LOOK_SEC = 10
const TIME_LIMIT_MS = 30_000

/** What the header of an MP4 says of each stream, as ffmpeg writes it; undefined for those for which it does not. */
export async function describeStreams(
  tools: FfmpegTools,
  input: MediaFile,
  streams: readonly StreamHeader[],
  signal: AbortSignal,
): Promise<readonly (ContainerTrack | undefined)[]> {
  await using child = await runTool(tools, {
    tool: 'ffmpeg',
    input,
    before: ['-v', 'error', '-copyts'],
    options: () => streams.flatMap((stream, index) => headerOptions(stream, descriptorOf(index))),
    timeLimitMs: TIME_LIMIT_MS,
    extraPipes: Math.max(0, streams.length - 1),
    signal,
  })
  return await Promise.all(streams.map((_, index) => headerIn(child.output(descriptorOf(index)))))
}

/** E-AC-3 is described when its second frame is there. */
const FRAMES = '2'

/** An output of its own for each: in one with others, `moov` does not wait for the first frame of AC-3. */
function headerOptions({ streamIndex, isHevc }: StreamHeader, descriptor: number): string[] {
  return [
    ...['-map', `0:${streamIndex}`, '-c', 'copy', '-frames', FRAMES, '-t', String(LOOK_SEC)],
    ...(isHevc ? ['-tag:v', 'hvc1'] : []),
    ...[...FRAGMENT_STREAM_OPTIONS, `pipe:${descriptor}`],
  ]
}

async function headerIn(output: AsyncIterable<Uint8Array>): Promise<ContainerTrack | undefined> {
  try {
    for await (const part of readFragmentStream(output)) if (part.kind === 'init') return part.tracks[0]
  } catch (error) {
    if (!(error instanceof ContainerError)) throw error
  }
  return undefined
}
