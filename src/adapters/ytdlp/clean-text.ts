/** Characters that show nothing or turn the direction of what follows. Joiners that scripts need stay (U+200C, U+200D). */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]|(?![\u200c\u200d])\p{Cf}/gu

/** Text of a page as it may be shown: one line, without control, formatting and direction marks, cut to a length. */
export function cleanText(text: string, maxCharacters: number): string {
  // Cut first, generously: a title of 100 MB is not to be searched.
  const line = text
    .slice(0, maxCharacters * 4)
    .replace(UNSEEN, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  const characters = Array.from(line)
  return characters.length <= maxCharacters
    ? line
    : `${characters
        .slice(0, maxCharacters - 1)
        .join('')
        .trimEnd()}…`
}
