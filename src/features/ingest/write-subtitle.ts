import type { VideoId } from '#domain/ids.ts'
import type { ExtractedSubtitle } from '#domain/media-tool.ts'
import type { PackWriter } from './pack-writer.ts'
import { writeAttachment } from './write-attachment.ts'

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
  const originalName = `${name}.orig.${original.format}`
  const mediaType = MEDIA_TYPES[original.format]
  if (original.bytes.byteLength > 0) {
    await writeAttachment({ ...facts, name: originalName, kind: 'subtitle-original', mediaType }, original.bytes, packs)
  }
  if (webvtt)
    await writeAttachment({ ...facts, name: `${name}.vtt`, kind: 'subtitle', mediaType: 'text/vtt' }, webvtt, packs)
}
