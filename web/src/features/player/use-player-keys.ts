import { useEffect, useEffectEvent } from 'react'
import { handlePlayerKey, type KeyContext } from './player-keys.ts'

/** Keys reach the player from anywhere on the page, unless something there needs them. */
export function usePlayerKeys(context: KeyContext | null, onKey: () => void): void {
  const listen = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || !context || !handlePlayerKey(event, context)) return
    event.preventDefault()
    onKey()
  })
  useEffect(() => {
    const handler = (event: KeyboardEvent) => listen(event)
    addEventListener('keydown', handler)
    return () => removeEventListener('keydown', handler)
  }, [])
}
