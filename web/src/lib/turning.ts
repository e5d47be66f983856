/** Control characters and what turns the direction of text (Unicode UAX #9): with them a name looks like another. */
export const TURNING = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu

/** A name as somebody's disk has it, fit to be shown. */
export function shownName(name: string): string {
  return name.replace(TURNING, '')
}
