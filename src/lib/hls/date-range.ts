import type { AttributeList } from './attribute-list.ts'
import { parseDateTime } from './date-time.ts'
import type { TagLine } from './playlist-line.ts'
import type { PlaylistReading } from './playlist-reading.ts'
import type { TagAttributes } from './tag-attributes.ts'

/** EXT-X-DATERANGE (RFC 8216bis §4.4.5.1); several tags with one ID are one range. */
export interface DateRange {
  readonly id: string
  readonly class: string | null
  /** Milliseconds since 1970. */
  readonly startMs: number | null
  readonly endMs: number | null
  readonly durationSec: number | null
  readonly plannedDurationSec: number | null
  readonly endOnNext: boolean
  /** `PRE`, `POST`, `ONCE`. */
  readonly cue: readonly string[]
  /** All attributes, those of clients (`X-…`) and SCTE-35 payloads included. */
  readonly attributes: AttributeList
  /** Of its first tag. */
  readonly line: number
}

/** Date ranges of one playlist by ID. */
export class DateRanges {
  readonly #ranges = new Map<string, DateRange>()

  get list(): readonly DateRange[] {
    return [...this.#ranges.values()]
  }

  add(tag: TagLine, reading: PlaylistReading): void {
    const attributes = reading.attributes(tag)
    const id = attributes.text('ID')
    if (id === null) {
      reading.violate('date-range-invalid', tag, 'ID is missing')
      return
    }
    const before = this.#ranges.get(id)
    const range = readRange(id, attributes, tag, reading)
    if (!before) checkRange(range, tag, reading)
    this.#ranges.set(id, before ? merge(before, range, tag, reading) : range)
  }
}

function readRange(id: string, attributes: TagAttributes, tag: TagLine, reading: PlaylistReading): DateRange {
  return {
    id,
    class: attributes.text('CLASS'),
    startMs: dateMs(attributes, 'START-DATE', tag, reading),
    endMs: dateMs(attributes, 'END-DATE', tag, reading),
    durationSec: attributes.decimal('DURATION'),
    plannedDurationSec: attributes.decimal('PLANNED-DURATION'),
    endOnNext: attributes.flag('END-ON-NEXT'),
    cue: attributes.texts('CUE'),
    attributes: attributes.list,
    line: tag.line,
  }
}

function checkRange(range: DateRange, tag: TagLine, reading: PlaylistReading): void {
  const fault = (text: string) => reading.violate('date-range-invalid', tag, text)
  if (range.startMs === null) fault('START-DATE is missing')
  if ((range.durationSec ?? 0) < 0 || (range.plannedDurationSec ?? 0) < 0) fault('a duration is negative')
  if (range.startMs !== null && range.endMs !== null && range.endMs < range.startMs) fault('it ends before it starts')
  if (!range.endOnNext) return
  if (range.class === null) fault('END-ON-NEXT without CLASS')
  if (range.durationSec !== null || range.endMs !== null) fault('END-ON-NEXT with DURATION or END-DATE')
}

function merge(before: DateRange, after: DateRange, tag: TagLine, reading: PlaylistReading): DateRange {
  for (const [name, { value }] of after.attributes) {
    const known = before.attributes.get(name)
    if (known && known.value !== value) reading.violate('date-range-invalid', tag, `${name} differs for the same ID`)
  }
  return {
    id: before.id,
    class: before.class ?? after.class,
    startMs: before.startMs ?? after.startMs,
    endMs: before.endMs ?? after.endMs,
    durationSec: before.durationSec ?? after.durationSec,
    plannedDurationSec: before.plannedDurationSec ?? after.plannedDurationSec,
    endOnNext: before.endOnNext || after.endOnNext,
    cue: before.cue.length > 0 ? before.cue : after.cue,
    attributes: new Map([...after.attributes, ...before.attributes]),
    line: before.line,
  }
}

function dateMs(attributes: TagAttributes, name: string, tag: TagLine, reading: PlaylistReading): number | null {
  const text = attributes.text(name)
  if (text === null) return null
  const date = parseDateTime(text)
  if (!date) reading.violate('date-range-invalid', tag, `${name} is no date`)
  return date?.ms ?? null
}
