import { type RefObject, useEffect, useState } from 'react'
import type { VideoDetails } from '../../../../src/surfaces/http/contract/video.ts'
import { useStored } from '../../lib/external-store.ts'
import { type PlayerParts, PlayerSession } from './player-session.ts'

/** The engine, the state of the element and what can be done with both. */
export function usePlayer(
  { id, playlistUrl }: Pick<VideoDetails, 'id' | 'playlistUrl'>,
  element: RefObject<HTMLVideoElement | null>,
  frame: HTMLElement | null,
): PlayerParts {
  const [session] = useState(() => new PlayerSession())
  useEffect(() => {
    if (!element.current || !frame || playlistUrl === null) return
    return session.open(element.current, frame, { id, url: playlistUrl })
  }, [session, id, playlistUrl, element, frame])
  return useStored(session.parts)
}
