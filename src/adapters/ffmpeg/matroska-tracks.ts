import { directlyReadable } from '#lib/containers/matroska/directly-readable.ts'
import { type MatroskaFile, trackOf } from '#lib/containers/matroska/matroska-file.ts'
import { sampleTimescale } from '#lib/containers/matroska/track-timing.ts'
import type { ContainerTrack } from '#lib/containers/sample.ts'
import type { CutContext } from './cut-context.ts'
import { describeStreams, type StreamHeader } from './describe-streams.ts'

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
  const headers = wanted.flatMap(([position]) => headerOf(context, position))
  const described = wanted.length === 0 ? [] : await describe(context, headers)
  return new Map(
    wanted.flatMap(([position, number], index) => {
      const [own, entry] = [trackOf(mkv, number), described[index]]
      if (own === undefined || entry === undefined) return []
      return [[position, { ...entry, id: number, timescale: sampleTimescale(mkv, own) }]]
    }),
  )
}

function headerOf({ plan }: CutContext, position: number): StreamHeader[] {
  const track = plan.tracks[position]
  return track === undefined ? [] : [{ streamIndex: track.streamIndex, isHevc: track.codec === 'hevc' }]
}

/** What was begun early is good when ffmpeg was asked exactly the same. */
async function describe(
  { tools, media, early, signal }: CutContext,
  wanted: readonly StreamHeader[],
): Promise<readonly (ContainerTrack | undefined)[]> {
  const asked = early?.headers.file
  const isAsProbed = asked?.sandboxed === media.file.sandboxed && asked.codecs === media.file.codecs
  const found = early && isAsProbed ? await early.headers.found : []
  const known = wanted.map(({ streamIndex, isHevc }) => {
    return found.find(([one]) => one.streamIndex === streamIndex && one.isHevc === isHevc)?.[1]
  })
  return known.every((track) => track !== undefined) ? known : describeStreams(tools, media.file, wanted, signal)
}
