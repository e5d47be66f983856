import type { SubtitleCue } from './subtitle-cue.ts'
import { formatTimestamp } from './timestamp.ts'
import { cleanCueSettings, cleanCueText } from './web-vtt-text.ts'

/** A whole WebVTT file (W3C WebVTT §4.1), UTF-8 without BOM. Nothing in a cue can end it early or begin another. */
export function formatWebVtt(cues: Iterable<SubtitleCue>): string {
  return `WEBVTT\n\n${[...cues].map(formatCue).join('')}`
}

/** One cue block with the blank line that ends it. */
export function formatCue(cue: SubtitleCue): string {
  const settings = cleanCueSettings(cue.settings ?? '')
  const timing = `${formatTimestamp(cue.startMs)} --> ${formatTimestamp(cue.endMs)}`
  return `${timing}${settings === undefined ? '' : ` ${settings}`}\n${cleanCueText(cue.text)}\n\n`
}
