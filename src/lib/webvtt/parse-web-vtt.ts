import { CueLines } from './cue-lines.ts'
import type { SubtitleCue } from './subtitle-cue.ts'
import { textLines } from './text-lines.ts'
import { parseTimestamp, parseTimingLine } from './timestamp.ts'
import { cleanCueSettings, cleanCueText } from './web-vtt-text.ts'

/** X-TIMESTAMP-MAP (RFC 8216bis §3.1.4): cue time `localMs` is shown at media time `mpegTs` (90 kHz, 33 bits). */
export interface TimestampMap {
  readonly localMs: number
  readonly mpegTs: number
}

/** Cues of a WebVTT text (W3C WebVTT §6), leniently; NOTE, STYLE and REGION blocks are passed over. Times are as they stand. */
export function* parseWebVtt(text: string): Generator<SubtitleCue, void, undefined> {
  for (const block of blocks(text)) {
    // Stricter than the standard, which shows a cue that someone has commented out.
    if (/^NOTE(?:\s|$)/.test(block[0] ?? '')) continue
    // An identifier may stand before the times.
    const at = block.slice(0, 2).findIndex((line) => line.includes('-->'))
    const timing = at === -1 ? null : parseTimingLine(block[at] ?? '')
    if (!timing) continue
    const settings = cleanCueSettings(timing.rest)
    yield {
      startMs: timing.startMs,
      endMs: timing.endMs,
      text: cleanCueText(block.slice(at + 1).join('\n')),
      ...(settings !== undefined && { settings }),
    }
  }
}

/** The map in the header of a WebVTT segment; null when there is none. */
export function parseTimestampMap(text: string): TimestampMap | null {
  const [header = []] = blocks(text)
  const value = header.find((line) => line.startsWith('X-TIMESTAMP-MAP='))?.slice('X-TIMESTAMP-MAP='.length) ?? ''
  const local = parseTimestamp(/(?:^|,)\s*LOCAL:([\d:.]+)/.exec(value)?.[1] ?? '')
  const mpegTs = /(?:^|,)\s*MPEGTS:(\d{1,15})/.exec(value)?.[1]
  return local === null || mpegTs === undefined ? null : { localMs: local, mpegTs: Number(mpegTs) }
}

function* blocks(text: string): Generator<string[], void, undefined> {
  let block = new CueLines()
  for (const line of textLines(text)) {
    // A cue may follow another without the blank line between.
    const isBlank = line.trim() === ''
    const ends = isBlank || (line.includes('-->') && block.lines.some((other) => other.includes('-->')))
    if (ends) {
      if (block.lines.length > 0) yield block.lines
      block = new CueLines()
    }
    if (!isBlank) block.push(line)
  }
  if (block.lines.length > 0) yield block.lines
}
