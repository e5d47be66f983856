import { useEffect, useRef, useState } from 'react'

const SHOWN_MS = 900

/** A word over the picture that goes by itself. */
export function useHint(): [text: string | null, show: (text: string) => void] {
  const [text, setText] = useState<string | null>(null)
  const timer = useRef(0)
  useEffect(() => () => clearTimeout(timer.current), [])
  const show = (next: string) => {
    setText(next)
    clearTimeout(timer.current)
    timer.current = window.setTimeout(() => setText(null), SHOWN_MS)
  }
  return [text, show]
}
