import { type KeyboardEvent, type RefObject, useEffect, useRef } from 'react'

interface Place {
  readonly job: string
  readonly index: number
}

/**
 * Keeps the place of whoever works by keys: buttons turn into others, rows move and are removed, and the focus would fall
 * back to the beginning of the page. Gives what hears the keys of the list.
 */
export function useKeptPlace(list: RefObject<HTMLElement | null>): (event: KeyboardEvent) => void {
  const place = useRef<Place | null>(null)
  useEffect(() => {
    const forget = () => {
      place.current = null
    }
    addEventListener('pointerdown', forget, true)
    return () => removeEventListener('pointerdown', forget, true)
  }, [])
  useEffect(() => {
    if (!place.current || document.activeElement !== document.body) return
    const { job, index } = place.current
    const rows = rowsOf(list.current)
    const row = rows.find(({ dataset }) => dataset.job === job) ?? rows[Math.min(index, rows.length - 1)]
    row?.querySelector<HTMLElement>('button, a')?.focus()
  })
  return ({ target }) => {
    // Keys in the menu of a row come from elsewhere in the page: its row stays the place.
    const row = target instanceof Element ? target.closest<HTMLElement>('li[data-job]') : null
    if (row?.dataset.job) place.current = { job: row.dataset.job, index: rowsOf(list.current).indexOf(row) }
  }
}

function rowsOf(list: HTMLElement | null): HTMLElement[] {
  return [...(list?.querySelectorAll<HTMLElement>('li[data-job]') ?? [])]
}
