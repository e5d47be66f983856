import { useEffect, useRef, useState } from 'react'
import { isTyping } from '../../lib/is-typing.ts'

const SETTLE_MS = 200

/** A search box that tells its text when typing rests, and that `/` leads to. */
export function useSearchBox(text: string, onText: (text: string) => void) {
  const input = useRef<HTMLInputElement>(null)
  const [value, setValue] = useState(text)
  const timer = useRef(0)
  const [told, setTold] = useState(text)

  // The address changed by other means than typing: Back, or a filter that was dropped.
  if (text !== told) {
    setTold(text)
    if (text !== value.trim()) setValue(text)
  }

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || isTyping(event.target)) return
      event.preventDefault()
      input.current?.focus()
    }
    addEventListener('keydown', onKey)
    return () => {
      removeEventListener('keydown', onKey)
      clearTimeout(timer.current)
    }
  }, [])

  const type = (next: string) => {
    setValue(next)
    clearTimeout(timer.current)
    timer.current = window.setTimeout(() => {
      onText(next.trim())
    }, SETTLE_MS)
  }
  return { input, value, type }
}
