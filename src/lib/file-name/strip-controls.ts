/** Breaks of lines and columns: they part words, so they become a space. */
const BREAKS = /[\t\n\v\f\r\u0085\u2028\u2029]+/g

/**
 * C0, DEL, C1, the byte order mark, and everything that turns the direction of text
 * (Unicode 16 UAX #9 §2: marks, embeddings, overrides, isolates), which can make `exe.mp4` of `4pm.exe`.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above.
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g

/**
 * The text on one line, without control and bidi characters; lone surrogates become U+FFFD.
 * Letters of every script stay, also the joiners that emoji, Persian and Indic scripts need.
 */
export function stripControls(text: string): string {
  return text.toWellFormed().replace(BREAKS, ' ').replace(CONTROLS, '')
}
