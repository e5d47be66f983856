/**
 * WebVTT cue settings for a place on the numeric keypad, as ASS counts them (`\an1` to `\an9`);
 * undefined for 2, the place that every player uses anyway.
 */
export function alignmentSettings(place: number | undefined): string | undefined {
  if (place === undefined || !Number.isInteger(place) || place < 1 || place > 9) return undefined
  const row = Math.ceil(place / 3)
  const column = (place - 1) % 3
  const settings = [row === 3 ? 'line:5%' : row === 2 ? 'line:50%' : '', ['align:left', '', 'align:right'][column]]
  return settings.filter((setting) => setting !== '').join(' ') || undefined
}
