import { alignmentSettings } from './alignment-settings.ts'
import { parseAssText, placeOfSsa } from './ass-text.ts'
import type { SubtitleCue } from './subtitle-cue.ts'
import { MAX_CUE_LENGTH } from './subtitle-error.ts'
import { textLines } from './text-lines.ts'
import { parseTimestamp } from './timestamp.ts'

/** Columns when a section does not say: those of version 4.00+. */
const EVENT_COLUMNS = 'layer start end style name marginl marginr marginv effect text'.split(' ')

interface AssState {
  section: string
  columns: readonly string[]
  /** Place on the keypad by name of style. */
  readonly places: Map<string, number>
}

/** Cues of an SSA or ASS text: the Dialogue events in the order of the file. Comments, drawings and everything about looks but the place go. */
export function* parseAss(text: string): Generator<SubtitleCue, void, undefined> {
  const state: AssState = { section: '', columns: EVENT_COLUMNS, places: new Map() }
  for (const line of textLines(text)) {
    const section = line.length > MAX_CUE_LENGTH ? undefined : /^\s*\[([^\]]*)\]\s*$/.exec(line)?.[1]
    if (section !== undefined) {
      state.section = section.trim().toLowerCase()
      state.columns = EVENT_COLUMNS
      continue
    }
    const cue = readLine(line.slice(0, MAX_CUE_LENGTH), state)
    if (cue) yield cue
  }
}

function readLine(line: string, state: AssState): SubtitleCue | null {
  const colon = line.indexOf(':')
  const key = line.slice(0, Math.max(colon, 0)).trim().toLowerCase()
  const value = line.slice(colon + 1).trimStart()
  if (key === 'format') state.columns = value.split(',').map((name) => name.trim().toLowerCase())
  else if (key === 'style') addStyle(value, state)
  else if (key === 'dialogue' && state.section === 'events') return readEvent(value, state)
  return null
}

function addStyle(value: string, { section, columns, places }: AssState): void {
  const fields = fieldsOf(value, columns)
  const alignment = Number(fields.get('alignment'))
  const place = section === 'v4 styles' ? placeOfSsa(alignment) : alignment
  if (place !== undefined) places.set(fields.get('name') ?? '', place)
}

function readEvent(value: string, { columns, places }: AssState): SubtitleCue | null {
  const fields = fieldsOf(value, columns)
  const startMs = parseTimestamp(fields.get('start') ?? '')
  const endMs = parseTimestamp(fields.get('end') ?? '')
  if (startMs === null || endMs === null) return null
  const { text, place } = parseAssText(fields.get('text') ?? '')
  const settings = alignmentSettings(place ?? places.get((fields.get('style') ?? '').replace(/^\*/, '')))
  return { startMs, endMs, text, ...(settings !== undefined && { settings }) }
}

/** Values by column; the last one has all the commas that are left. */
function fieldsOf(value: string, columns: readonly string[]): Map<string, string> {
  const fields = new Map<string, string>()
  let at = 0
  for (const [index, column] of columns.entries()) {
    const comma = index === columns.length - 1 ? -1 : value.indexOf(',', at)
    const end = comma === -1 ? value.length : comma
    const field = value.slice(at, end)
    fields.set(column, column === 'text' ? field : field.trim())
    if (comma === -1) break
    at = end + 1
  }
  return fields
}
