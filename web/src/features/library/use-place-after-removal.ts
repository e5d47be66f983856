import { type KeyboardEvent, type RefObject, useEffect, useRef } from 'react'

/**
 * Gives whoever removes a video by keys the place of the next one: with its card the focus would fall back to the beginning
 * of the page. Gives what hears the keys of the list, whose items carry `data-video`.
 */
export function usePlaceAfterRemoval(
  list: RefObject<HTMLElement | null>,
  removed: ReadonlySet<string>,
): (event: KeyboardEvent) => void {
  const place = useRef<{ readonly id: string; readonly index: number } | null>(null)
  useEffect(() => {
    if (!place.current || !removed.has(place.current.id) || document.activeElement !== document.body) return
    const items = itemsOf(list.current)
    items[Math.min(place.current.index, items.length - 1)]?.querySelector<HTMLElement>('a')?.focus()
    place.current = null
  })
  return ({ target }) => {
    // Keys in the menu of a card come from elsewhere in the page: its item stays the place.
    const item = target instanceof Element ? target.closest<HTMLElement>('li[data-video]') : null
    if (item?.dataset.video) place.current = { id: item.dataset.video, index: itemsOf(list.current).indexOf(item) }
  }
}

function itemsOf(list: HTMLElement | null): HTMLElement[] {
  return [...(list?.querySelectorAll<HTMLElement>('li[data-video]') ?? [])]
}
