const ESCAPE = '\u001b'
/** A change of colour, all that may pass of what moves a terminal; or a control character. */
const COLOR_OR_CONTROL = new RegExp(`${ESCAPE}\\[[0-9;]*m|\\p{Cc}`, 'gu')

/**
 * Text that cannot steer the terminal: titles and file names come from anywhere, and a terminal obeys what they hold.
 * Line feeds stay; colours stay only where colours are shown.
 */
export function printable(text: string, { colored }: { readonly colored: boolean }): string {
  return text.replace(COLOR_OR_CONTROL, (found) => {
    if (found === '\n') return found
    if (found.length === 1) return '\ufffd'
    return colored ? found : ''
  })
}
