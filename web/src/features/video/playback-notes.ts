import type { VideoDetails } from '../../../../src/surfaces/http/contract/video.ts'
import { canPlay } from '../../lib/can-play.ts'
import { codecName } from '../../lib/format.ts'
import { t } from '../../strings/strings.ts'

/** What this very browser cannot play of the video, and what it plays instead. */
export function playbackNotes({ tracks }: VideoDetails): string[] {
  const picture = tracks.find(({ kind }) => kind === 'video')
  const voices = tracks.filter(({ kind }) => kind === 'audio')
  const first = voices.find(({ isDefault }) => isDefault) ?? voices[0]
  const notes: string[] = []
  if (picture && !canPlay(picture)) notes.push(t.player.error.codec(codecName(picture.codec)))
  if (first && !canPlay(first)) {
    const other = voices.find(canPlay)
    notes.push(t.player.soundMissing(codecName(first.codec), other ? codecName(other.codec) : null))
  }
  return notes
}
