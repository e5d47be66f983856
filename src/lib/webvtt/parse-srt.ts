import { alignmentSettings } from './alignment-settings.ts'
import { decodeReferences } from './character-reference.ts'
import { CueLines } from './cue-lines.ts'
import { StyledText, type TextStyle } from './styled-text.ts'
import type { SubtitleCue } from './subtitle-cue.ts'
import { textLines } from './text-lines.ts'
import { parseTimingLine } from './timestamp.ts'

/**
 * Cues of a SubRip text. Numbers may be missing, points may stand for commas, blank lines may be missing
 * or stand inside a cue. Of the tags `b`, `i`, `u` and `{\anN}` are understood; others are dropped.
 */
export function* parseSrt(text: string): Generator<SubtitleCue, void, undefined> {
  let timing: ReturnType<typeof parseTimingLine> = null
  let cue = new CueLines()
  for (const line of textLines(text)) {
    const next = line.includes('-->') ? parseTimingLine(line) : null
    if (!next) {
      if (timing) cue.push(line)
      continue
    }
    if (timing) yield srtCue(timing, withoutNumber(cue.lines))
    timing = next
    cue = new CueLines()
  }
  if (timing) yield srtCue(timing, cue.lines)
}

/** The number of the next cue: digits right before its times, after a blank line or after nothing. */
function withoutNumber(lines: readonly string[]): readonly string[] {
  const isNumber = /^\s*\d{1,9}\s*$/.test(lines.at(-1) ?? '')
  const standsAlone = lines.length === 1 || lines.at(-2)?.trim() === ''
  return isNumber && standsAlone ? lines.slice(0, -1) : lines
}

function srtCue(timing: { startMs: number; endMs: number }, lines: readonly string[]): SubtitleCue {
  const styled = new StyledText()
  let place: number | undefined
  // A tag, an override of ASS, or text up to the next of them; each alternative stops at the next bracket.
  for (const [token] of lines.join('\n').matchAll(/<\/?[a-z][^<>\n]*>|\{\\[^{}\n]*\}|[^<{]+|[<{]/gi)) {
    if (token.startsWith('{\\')) place ??= alignmentOf(token)
    else if (/^<\/?[a-z].*>$/i.test(token)) applyTag(token, styled)
    else styled.add(decodeReferences(token))
  }
  const settings = alignmentSettings(place)
  const { startMs, endMs } = timing
  return { startMs, endMs, text: styled.toCueText(), ...(settings !== undefined && { settings }) }
}

function applyTag(tag: string, styled: StyledText): void {
  const match = /^<(\/?)([biu])\s*>$/i.exec(tag)
  if (match) styled.set(match[2]?.toLowerCase() as TextStyle, match[1] === '')
}

function alignmentOf(override: string): number | undefined {
  const place = /\\an([1-9])/.exec(override)?.[1]
  return place === undefined ? undefined : Number(place)
}
