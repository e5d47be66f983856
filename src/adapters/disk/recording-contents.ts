import type { RecordedSegment, RecordingEnd, RecordingHead } from '#domain/recording.ts'
import type { InitEntry, RecordingEntry } from './recording-entry.ts'

/** What the lines of a journal come to. */
export class RecordingContents {
  head: RecordingHead | null = null
  end: RecordingEnd | null = null
  readonly inits = new Map<string, InitEntry>()
  /** By rendition, by position; a crash may have left holes. */
  readonly segments = new Map<string, RecordedSegment[]>()
  readonly #positions = new Map<string, Set<number>>()

  add(entry: RecordingEntry): void {
    if (entry.kind === 'head') this.head ??= entry.head
    else if (entry.kind === 'init') this.inits.set(entry.key, entry)
    else if (entry.kind === 'segment') this.#addSegment(entry.segment)
    else if (entry.kind === 'end') this.end = entry.end
    else if (entry.kind === 'resume') this.end = null
  }

  has(rendition: string, position: number): boolean {
    return this.#positions.get(rendition)?.has(position) ?? false
  }

  /** A position that is not there although a later one is; null when there is none. */
  hole(): { readonly rendition: string; readonly position: number } | null {
    for (const [rendition, segments] of this.segments) {
      const position = segments.findIndex((segment, index) => segment.position !== index)
      if (position >= 0) return { rendition, position }
    }
    return null
  }

  /** Everything again, as the lines of a new journal. */
  entries(): RecordingEntry[] {
    const entries: RecordingEntry[] = this.head ? [{ kind: 'head', head: this.head }] : []
    entries.push(...this.inits.values())
    for (const segments of this.segments.values()) {
      for (const segment of segments) entries.push({ kind: 'segment', segment })
    }
    if (this.end) entries.push({ kind: 'end', end: this.end })
    return entries
  }

  #addSegment(segment: RecordedSegment): void {
    const { rendition, position } = segment
    if (this.has(rendition, position)) return
    const list = this.segments.get(rendition) ?? []
    this.segments.set(rendition, list)
    const positions = this.#positions.get(rendition) ?? new Set()
    this.#positions.set(rendition, positions.add(position))
    // Nearly always the last place: they come almost in order.
    let index = list.length
    while (index > 0 && (list[index - 1] as RecordedSegment).position > position) index--
    list.splice(index, 0, segment)
  }
}
