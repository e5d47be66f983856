/** An address as it may be shown and logged: its query, fragment and user may hold secrets. */
export function shownAddress(text: string): string {
  if (!URL.canParse(text)) return 'address'
  const { origin, pathname } = new URL(text)
  return origin + pathname
}
