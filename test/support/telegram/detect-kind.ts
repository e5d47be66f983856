import type { FileKind } from './entities.ts'
import type { ReceivedFile } from './received-file.ts'

/** Name of the sound track's handler in MP4 (ISO 14496-12 §8.4.3). */
const SOUND_HANDLER = 'soun'

/** What Telegram makes of a document by its looks: music, a film, or a film without sound, which it calls an animation. */
export function detectKind(file: ReceivedFile, kind: FileKind): FileKind {
  if (kind !== 'document') return kind
  const extension = /[^.]*$/.exec(file.name.toLowerCase())?.[0] ?? ''
  if (extension === 'mp3' || file.mimeType === 'audio/mpeg') return 'audio'
  if (extension === 'gif' || file.mimeType === 'image/gif') return 'animation'
  if (extension !== 'mp4' && file.mimeType !== 'video/mp4') return 'document'
  return file.content.bytes().includes(SOUND_HANDLER) ? 'video' : 'animation'
}
