/** Which entries of a list are chosen, and where the last click was. */
export interface EntrySelection {
  readonly chosen: ReadonlySet<number>
  readonly anchor: number | null
}

export function allChosen(numbers: readonly number[]): EntrySelection {
  return { chosen: new Set(numbers), anchor: null }
}

/**
 * A click on an entry turns it; with shift, all from the last click to this one become what this one becomes. `shown` are
 * the numbers in the order in which they stand on the page: a range never takes what is not seen.
 */
export function clickEntry(
  { chosen, anchor }: EntrySelection,
  number: number,
  { shift, shown }: { readonly shift: boolean; readonly shown: readonly number[] },
): EntrySelection {
  const isOn = !chosen.has(number)
  const from = anchor === null ? -1 : shown.indexOf(anchor)
  const to = shown.indexOf(number)
  const range = shift && from !== -1 && to !== -1 ? shown.slice(Math.min(from, to), Math.max(from, to) + 1) : [number]
  const next = new Set(chosen)
  for (const each of range) {
    if (isOn) next.add(each)
    else next.delete(each)
  }
  return { chosen: next, anchor: number }
}
