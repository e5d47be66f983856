import type { VideoDetails } from '../../../../src/surfaces/http/contract/video.ts'
import { unplayable } from '../../lib/can-play.ts'
import type { Fault } from '../../lib/problem-error.ts'
import { t } from '../../strings/strings.ts'

/** Names what this browser cannot play, or what the server says: the engine only knows that it cannot. */
export function tellFault(fault: Fault, { tracks }: VideoDetails, trouble: Fault | null): Fault {
  if (fault.code === 'network' && trouble) return trouble
  const names = unplayable(tracks)
  return fault.code === 'codec' && names.length > 0
    ? { ...fault, message: t.player.error.codec(names.join(', ')) }
    : fault
}
