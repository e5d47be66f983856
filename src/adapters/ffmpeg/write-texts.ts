import { rename, writeFile } from 'node:fs/promises'
import { mainVideo } from '#domain/main-video.ts'
import type { RecordedRendition } from '#domain/recording.ts'
import { formatWebVtt } from '#lib/webvtt/format-web-vtt.ts'
import { copiedTrack } from './copied-track.ts'
import { readTogether } from './read-together.ts'
import { recordedCues } from './recorded-subtitles.ts'
import type { RecordingContext } from './recording-context.ts'

/** See `OpenRecording.writeTexts`. The picture is read through once: its times say where every period lies. */
export async function writeTexts(
  context: RecordingContext,
  pathOf: (rendition: RecordedRendition) => string,
  signal: AbortSignal,
): Promise<readonly RecordedRendition[]> {
  const ending = new AbortController()
  const both = AbortSignal.any([signal, ending.signal])
  const reference = mainVideo(context.info) ?? context.info.streams.find(({ kind }) => kind === 'audio')
  const tracks = reference === undefined ? [] : [copiedTrack(reference, 0)]
  const { parts, timeline } = readTogether(context, { tracks }, { codingMayChange: true, signal: both })
  try {
    for await (const _ of parts);
    const written: RecordedRendition[] = []
    for (const rendition of context.head.renditions.filter(({ kind }) => kind === 'subtitles')) {
      const cues = await recordedCues(context, rendition.id, { timeline, signal })
      if (cues.length === 0) continue
      const path = pathOf(rendition)
      await writeFile(`${path}.part`, formatWebVtt(cues))
      await rename(`${path}.part`, path)
      written.push(rendition)
    }
    return written
  } finally {
    ending.abort()
  }
}
