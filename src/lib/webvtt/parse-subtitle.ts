import { parseAss } from './parse-ass.ts'
import { parseSrt } from './parse-srt.ts'
import { parseWebVtt } from './parse-web-vtt.ts'
import type { SubtitleCue } from './subtitle-cue.ts'
import { MAX_CUES, MAX_SUBTITLE_LENGTH, SubtitleError } from './subtitle-error.ts'

export type SubtitleFormat = 'srt' | 'vtt' | 'ass'

const PARSERS = { srt: parseSrt, vtt: parseWebVtt, ass: parseAss } as const

/**
 * Cues of a subtitle text (SSA counts as `ass`), in order of start, then of the file.
 * Lenient: what is no cue is passed over; cues without text or duration are left out, and so are exact repetitions
 * (ASS draws outline and fill as two events). Throws SubtitleError for what is too large, nothing else.
 */
export function parseSubtitle(text: string, format: SubtitleFormat): SubtitleCue[] {
  if (text.length > MAX_SUBTITLE_LENGTH) throw new SubtitleError(`more than ${MAX_SUBTITLE_LENGTH} characters`)
  const cues: SubtitleCue[] = []
  const seen = new Set<string>()
  for (const cue of PARSERS[format](text)) {
    const key = `${cue.startMs} ${cue.endMs} ${cue.settings ?? ''} ${cue.text}`
    if (cue.endMs <= cue.startMs || cue.text === '' || seen.has(key)) continue
    if (cues.length >= MAX_CUES) throw new SubtitleError(`more than ${MAX_CUES} cues`)
    seen.add(key)
    cues.push(cue)
  }
  return cues.sort((a, b) => a.startMs - b.startMs)
}
