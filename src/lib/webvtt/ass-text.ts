import { StyledText, type TextStyle } from './styled-text.ts'

/** Text of an ASS event without its overrides. */
export interface AssText {
  /** WebVTT cue text; empty when nothing but drawings is shown. */
  readonly text: string
  /** `\anN`, or `\aN` of the older SSA translated; undefined when the style decides. */
  readonly place: number | undefined
}

/** `\a` of SSA: bottom 1 to 3, top + 4, middle + 8. */
const OLD_ROWS = new Map([
  [0, 0],
  [4, 6],
  [8, 3],
])

/** Place on the keypad of an alignment as SSA counts; undefined when it is none. */
export function placeOfSsa(alignment: number): number | undefined {
  const column = alignment % 4
  const row = OLD_ROWS.get(alignment - column)
  return column === 0 || row === undefined ? undefined : row + column
}

/**
 * Reads the Text field of an event: `\N` breaks the line, `\n` and `\h` are spaces, italics, bold and underline are kept,
 * every other override and every comment in braces goes, and so do drawings (`\p1` … `\p0`).
 */
export function parseAssText(field: string): AssText {
  const state: AssTextState = { styled: new StyledText(), place: undefined, drawing: false }
  for (const [token] of field.matchAll(/\{[^{}]*\}|[^{]+|\{/g)) {
    if (token.startsWith('{') && token.endsWith('}')) applyOverrides(token, state)
    else if (!state.drawing) state.styled.add(plainText(token))
  }
  return { text: state.styled.toCueText(), place: state.place }
}

interface AssTextState {
  readonly styled: StyledText
  /** The first one counts, as in renderers. */
  place: number | undefined
  drawing: boolean
}

/** A block in braces: overrides, or a comment, which matches nothing. */
function applyOverrides(block: string, state: AssTextState): void {
  for (const [, name = '', value = ''] of block.matchAll(/\\(an?|[biupr])(-?\d*)(?![a-z])/g)) {
    const number = Number(value)
    if (name === 'p') state.drawing = number > 0
    else if (name === 'an') state.place ??= number
    else if (name === 'a') state.place ??= placeOfSsa(number)
    else if (name === 'r') state.styled.clear()
    // Bold may be a weight from 100 to 900.
    else state.styled.set(name as TextStyle, number === 1 || (name === 'b' && number >= 600))
  }
}

function plainText(text: string): string {
  return text.replace(/\\([Nnh])/g, (_escape, letter) => (letter === 'N' ? '\n' : letter === 'h' ? '\u00a0' : ' '))
}
