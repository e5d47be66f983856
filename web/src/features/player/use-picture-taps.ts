import { type PointerEvent, useRef } from 'react'
import type { PlayerActions } from './player-actions.ts'
import type { Attention } from './use-attention.ts'

const DOUBLE_TAP_MS = 300

/**
 * What a click on the picture does. Mouse: play and pause, twice full screen. Finger: once the controls, twice in the
 * left or right third ten seconds.
 */
export function usePictureTaps(actions: PlayerActions | null, attention: Attention) {
  const lastTapMs = useRef(0)
  return (event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0) return
    const isDouble = event.timeStamp - lastTapMs.current < DOUBLE_TAP_MS
    lastTapMs.current = isDouble ? 0 : event.timeStamp
    if (event.pointerType === 'touch') {
      if (isDouble) doubleTap(event, actions)
      else tap(attention)
    } else click(isDouble, actions)
  }
}

function click(isDouble: boolean, actions: PlayerActions | null): void {
  actions?.toggle()
  if (isDouble) void actions?.toggleFullscreen().catch(() => undefined)
}

function tap(attention: Attention): void {
  if (attention.isShown) attention.hide()
  else attention.attend()
}

function doubleTap({ currentTarget, clientX }: PointerEvent<HTMLElement>, actions: PlayerActions | null): void {
  const { left, width } = currentTarget.getBoundingClientRect()
  const share = (clientX - left) / width
  if (share < 0.4) actions?.skip(-10)
  else if (share > 0.6) actions?.skip(10)
  else actions?.toggle()
}
