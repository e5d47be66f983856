import type { VideoDetails } from '../../../../src/surfaces/http/contract/video.ts'
import { unplayable } from '../../lib/can-play.ts'
import type { Fault } from '../../lib/problem-error.ts'
import { t } from '../../strings/strings.ts'
import type { PlayerParts } from './player-session.ts'

type Parts = Pick<PlayerParts, 'fault' | 'media' | 'state'>

/** With less than this left to play it is about to stop. */
const LEFT_SEC = 0.25

/**
 * The fault that is to be told now. What the browser cannot play is named, or what the server says: the engine only knows
 * that it cannot. Null also while what has come can still be played.
 */
export function shownFault({ fault, media, state }: Parts, { tracks }: Pick<VideoDetails, 'tracks'>): Fault | null {
  if (!fault) return null
  if (fault.code === 'network') {
    const playsOn = !media.waiting && media.bufferedEnd - media.currentTime > LEFT_SEC
    return playsOn ? null : (state.trouble ?? fault)
  }
  const names = unplayable(tracks)
  if (fault.code !== 'codec' || names.length === 0) return fault
  return { ...fault, message: t.player.error.codec(names.join(', ')) }
}
