import { type PointerEvent, useEffect, useRef, useState } from 'react'

const REST_MS = 2600

/** Whether somebody is busy with the player: controls hide while the film runs and nobody moves. */
export function useAttention(canHide: boolean) {
  const [isBusy, setBusy] = useState(true)
  const timer = useRef(0)
  const attend = () => {
    setBusy(true)
    clearTimeout(timer.current)
    timer.current = window.setTimeout(() => setBusy(false), REST_MS)
  }
  useEffect(() => {
    if (canHide) timer.current = window.setTimeout(() => setBusy(false), REST_MS)
    return () => clearTimeout(timer.current)
  }, [canHide])
  return {
    isShown: isBusy || !canHide,
    attend,
    hide: () => setBusy(false),
    // A finger leaves with each tap; what taps do is decided where they land.
    onPointerMove: ({ pointerType }: PointerEvent) => {
      if (pointerType !== 'touch') attend()
    },
    onPointerLeave: ({ pointerType }: PointerEvent) => {
      if (pointerType !== 'touch') setBusy(false)
    },
  }
}

export type Attention = ReturnType<typeof useAttention>
