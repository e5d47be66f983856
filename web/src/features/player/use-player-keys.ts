import { useEffect, useRef } from 'react'
import { handlePlayerKey, type KeyContext } from './player-keys.ts'

/** Keys reach the player from anywhere on the page, unless something there needs them. */
export function usePlayerKeys(context: KeyContext | null, onKey: () => void): void {
  const latest = useRef({ context, onKey })
  latest.current = { context, onKey }
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const { context: now, onKey: tell } = latest.current
      if (event.defaultPrevented || !now || !handlePlayerKey(event, now)) return
      event.preventDefault()
      tell()
    }
    addEventListener('keydown', listen)
    return () => removeEventListener('keydown', listen)
  }, [])
}
