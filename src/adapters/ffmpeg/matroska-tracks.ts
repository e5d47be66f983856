import type { TrackPlan } from '#domain/ingest-plan.ts'
import { ContainerError } from '#lib/containers/container-error.ts'
import { FRAGMENT_STREAM_OPTIONS } from '#lib/containers/iso-bmff/fragment-stream-options.ts'
import { readFragmentStream } from '#lib/containers/iso-bmff/fragment-stream.ts'
import { directlyReadable } from '#lib/containers/matroska/directly-readable.ts'
import { type MatroskaFile, trackOf } from '#lib/containers/matroska/matroska-file.ts'
import { sampleTimescale } from '#lib/containers/matroska/track-timing.ts'
import type { ContainerTrack } from '#lib/containers/sample.ts'
import type { CutContext } from './cut-context.ts'
import { runTool } from './run-tool.ts'
import { descriptorOf } from './transcode-options.ts'

/** A track that begins later than this is left to a run that reads everything. */
const LOOK_SEC = 10
const TIME_LIMIT_MS = 30_000

/**
 * Tracks that can be read directly, by position in the plan. Matroska has no sample entries, and AC-3 and others say what
 * they are in their frames only: so ffmpeg writes the header of an MP4 of their first frames. Without those for which it does not.
 */
export async function matroskaTracks(
  context: CutContext,
  mkv: MatroskaFile,
  trackNumbers: ReadonlyMap<number, number>,
): Promise<Map<number, ContainerTrack>> {
  const wanted = [...trackNumbers].filter(([, number]) => directlyReadable(mkv, number).readable)
  const described = wanted.length === 0 ? [] : await describe(context, wanted)
  return new Map(
    wanted.flatMap(([position, number], index) => {
      const [own, entry] = [trackOf(mkv, number), described[index]]
      if (own === undefined || entry === undefined) return []
      return [[position, { ...entry, id: number, timescale: sampleTimescale(mkv, own) }]]
    }),
  )
}

async function describe(
  { tools, media, plan, signal }: CutContext,
  wanted: readonly (readonly [position: number, trackNumber: number])[],
): Promise<readonly (ContainerTrack | undefined)[]> {
  const tracks = wanted.flatMap(([position]) => plan.tracks[position] ?? [])
  await using child = await runTool(tools, {
    tool: 'ffmpeg',
    input: media.file,
    before: ['-v', 'error', '-copyts'],
    options: () => tracks.flatMap((track, index) => headerOptions(track, descriptorOf(index))),
    timeLimitMs: TIME_LIMIT_MS,
    extraPipes: Math.max(0, tracks.length - 1),
    signal,
  })
  return await Promise.all(tracks.map((_, index) => headerIn(child.output(descriptorOf(index)))))
}

/** E-AC-3 is described when its second frame is there. */
const FRAMES = '2'

/** An output of its own for each: in one with others, `moov` does not wait for the first frame of AC-3. */
function headerOptions({ streamIndex, codec }: TrackPlan, descriptor: number): string[] {
  return [
    ...['-map', `0:${streamIndex}`, '-c', 'copy', '-frames', FRAMES, '-t', String(LOOK_SEC)],
    ...(codec === 'hevc' ? ['-tag:v', 'hvc1'] : []),
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
