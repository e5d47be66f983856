/** The styles that SubRip, ASS and WebVTT share. */
export type TextStyle = 'b' | 'i' | 'u'

const STYLES: readonly TextStyle[] = ['b', 'i', 'u']

interface Run {
  readonly text: string
  readonly styles: string
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters must not reach a cue.
const CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f\ufeff]/g

/** Collects styled text and writes it as WebVTT cue text, whatever order styles went on and off. */
export class StyledText {
  readonly #runs: Run[] = []
  readonly #on = new Set<TextStyle>()

  /** Plain text; `\n` begins a line. */
  add(text: string): void {
    if (text !== '')
      this.#runs.push({ text: text.toWellFormed(), styles: STYLES.filter((s) => this.#on.has(s)).join('') })
  }

  set(style: TextStyle, on: boolean): void {
    if (on) this.#on.add(style)
    else this.#on.delete(style)
  }

  clear(): void {
    this.#on.clear()
  }

  /** Cue text: escaped, tags nested, no blank lines, no spaces around lines. */
  toCueText(): string {
    let open = ''
    // Joined at the end: a text that is added to piece by piece is kept as all its pieces.
    const written: string[] = []
    for (const { text, styles } of withoutBlankLines(this.#runs)) {
      const kept = commonStart(open, styles)
      if (text !== '\n') {
        written.push(closing(open.slice(kept.length)), opening(styles.slice(kept.length)))
        open = styles
      }
      written.push(escapeCueText(text))
    }
    return written.join('') + closing(open)
  }
}

/** `&`, `<` and `>` as references: then no text can be a tag or `-->`. */
function escapeCueText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** Line breaks become runs of their own. */
function withoutBlankLines(runs: readonly Run[]): Run[] {
  const lines: Run[][] = [[]]
  for (const { text, styles } of runs) {
    for (const [index, part] of text.split('\n').entries()) {
      if (index > 0) lines.push([])
      const clean = part.replace(CONTROLS, ' ')
      if (clean !== '') lines.at(-1)?.push({ text: clean, styles })
    }
  }
  const filled = lines.map(trimmedLine).filter((line) => line.length > 0)
  return filled.flatMap((line, index) => (index === 0 ? line : [{ text: '\n', styles: '' }, ...line]))
}

function trimmedLine(line: readonly Run[]): Run[] {
  const isBlank = (run: Run | undefined) => run !== undefined && run.text.trim() === ''
  const from = line.findIndex((run) => !isBlank(run))
  const to = line.findLastIndex((run) => !isBlank(run))
  return line.slice(Math.max(from, 0), to + 1).map(({ text, styles }, index) => {
    const start = index === 0 ? text.trimStart() : text
    return { text: from + index === to ? start.trimEnd() : start, styles }
  })
}

function commonStart(a: string, b: string): string {
  let length = 0
  while (length < a.length && a[length] === b[length]) length++
  return a.slice(0, length)
}

function opening(styles: string): string {
  return Array.from(styles)
    .map((style) => `<${style}>`)
    .join('')
}

function closing(styles: string): string {
  return Array.from(styles)
    .toReversed()
    .map((style) => `</${style}>`)
    .join('')
}
