import { type RefObject, useLayoutEffect, useState } from 'react'
import { type GridLayout, type GridWindow, layOutGrid, windowOf } from './grid-layout.ts'

/** Follows scrolling and size: which cards of the grid are to be drawn. */
export function useGridWindow(
  grid: RefObject<HTMLElement | null>,
  total: number,
): { readonly layout: GridLayout; readonly window: GridWindow } {
  const [view, setView] = useState({ width: 1200, top: 0, height: 900 })

  useLayoutEffect(() => {
    const element = grid.current
    if (!element) return
    let frame = 0
    const measure = () => {
      frame = 0
      const { width, top } = element.getBoundingClientRect()
      setView((before) => {
        const now = { width, top: -top, height: innerHeight }
        const isSame = before.width === now.width && before.top === now.top && before.height === now.height
        return isSame ? before : now
      })
    }
    const soon = () => {
      frame ||= requestAnimationFrame(measure)
    }
    measure()
    const observer = new ResizeObserver(soon)
    observer.observe(element)
    addEventListener('scroll', soon, { passive: true })
    addEventListener('resize', soon)
    return () => {
      cancelAnimationFrame(frame)
      observer.disconnect()
      removeEventListener('scroll', soon)
      removeEventListener('resize', soon)
    }
  }, [grid])

  const layout = layOutGrid(view.width)
  return { layout, window: windowOf(total, layout, view.top, view.height) }
}
