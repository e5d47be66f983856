import { readFile, stat } from 'node:fs/promises'
import type { SubtitlePlan } from '#domain/ingest-plan.ts'
import type { ExtractedSubtitle } from '#domain/media-tool.ts'
import { decodeText } from '#lib/webvtt/decode-text.ts'
import { formatWebVtt } from '#lib/webvtt/format-web-vtt.ts'
import { WebVttJoiner } from '#lib/webvtt/join-web-vtt.ts'
import type { SubtitleCue } from '#lib/webvtt/subtitle-cue.ts'
import { SubtitleError } from '#lib/webvtt/subtitle-error.ts'
import type { RecordingContext } from './recording-context.ts'
import { type Timeline, wrapShift } from './timeline.ts'

const MAX_SEGMENT_BYTES = 4 * 1024 * 1024

/** All of a WebVTT rendition as the plan numbers them; null when it shows nothing. */
export async function recordedSubtitles(
  context: Pick<RecordingContext, 'recording' | 'head'>,
  { name, streamIndex }: Pick<SubtitlePlan, 'name' | 'streamIndex'>,
  together: { readonly timeline: Timeline; readonly signal: AbortSignal },
): Promise<ExtractedSubtitle | null> {
  const rendition = context.head.renditions.filter(({ kind }) => kind === 'subtitles')[streamIndex]
  const cues = rendition === undefined ? [] : await recordedCues(context, rendition.id, together)
  if (cues.length === 0) return null
  const bytes = new TextEncoder().encode(formatWebVtt(cues))
  return { name, original: { format: 'vtt', bytes }, webvtt: bytes }
}

/** The cues of a rendition in presentation time, when the places of all periods are known. */
export async function recordedCues(
  { recording }: Pick<RecordingContext, 'recording'>,
  rendition: string,
  { timeline, signal }: { readonly timeline: Timeline; readonly signal: AbortSignal },
): Promise<readonly SubtitleCue[]> {
  const joiner = new WebVttJoiner()
  let startSec = 0
  try {
    for await (const { file, durationSec, period } of recording.segments(rendition, 0, signal)) {
      const place = timeline.known(period)
      const text = file === null || place === null ? null : await textOf(recording.filePath(file))
      if (place !== null && text !== null) {
        const fromMediaSec = (sec: number) => sec + wrapShift(sec, place.firstSec) + place.offsetSec
        joiner.add({ text, startSec, durationSec, fromMediaSec })
      }
      startSec += durationSec
    }
  } catch (error) {
    // What was read so far is shown.
    if (!(error instanceof SubtitleError)) throw error
  }
  return joiner.cues()
}

/** Null for what is no WebVTT: TTML or WebVTT in MP4 boxes. */
async function textOf(path: string): Promise<string | null> {
  if ((await stat(path)).size > MAX_SEGMENT_BYTES) return null
  const { text } = decodeText(await readFile(path))
  return /^WEBVTT/.test(text) ? text : null
}
