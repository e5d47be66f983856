import type { VideoId } from '#domain/ids.ts'
import type { ExtractedSubtitle } from '#domain/media-tool.ts'
import type { PackWriter } from './pack-writer.ts'
import { writeTogether } from './write-attachment.ts'

const MEDIA_TYPES = {
  srt: 'application/x-subrip',
  ass: 'text/x-ssa',
  vtt: 'text/vtt',
  sup: 'application/octet-stream',
  mks: 'video/x-matroska',
} as const satisfies Record<ExtractedSubtitle['original']['format'], string>

/** Keeps the original of a subtitle track and, for text, the WebVTT that players get. */
export async function writeSubtitle(
  videoId: VideoId,
  { name, original, webvtt }: ExtractedSubtitle,
  packs: PackWriter,
): Promise<void> {
  const facts = { videoId, trackName: name }
  const kept = { name: `${name}.orig.${original.format}`, mediaType: MEDIA_TYPES[original.format] }
  const shown = { name: `${name}.vtt`, mediaType: 'text/vtt' }
  await writeTogether(
    [
      ...(original.bytes.byteLength > 0
        ? [{ facts: { ...facts, ...kept, kind: 'subtitle-original' as const }, bytes: original.bytes }]
        : []),
      ...(webvtt ? [{ facts: { ...facts, ...shown, kind: 'subtitle' as const }, bytes: webvtt }] : []),
    ],
    packs,
  )
}
