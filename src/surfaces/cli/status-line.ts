import { printable } from './printable.ts'

/** What a terminal is taken for that does not know its width, and so says 0 or nothing. */
const USUAL_COLUMNS = 80

/** The text as one line that fits: a longer one would go on in the next, where `\r` cannot replace it. */
export function statusLine(text: string, columns: number | undefined): string {
  return printable(text, { colored: false })
    .replaceAll('\n', ' ')
    .slice(0, (columns || USUAL_COLUMNS) - 1)
}
