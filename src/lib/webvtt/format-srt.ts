import { decodeReferences } from './character-reference.ts'
import type { SubtitleCue } from './subtitle-cue.ts'
import { formatTimestamp } from './timestamp.ts'
import { cleanCueText } from './web-vtt-text.ts'

/** A SubRip file, UTF-8, lines ended by CR LF; of WebVTT's tags `b`, `i`, `u` stay, of its places the top (`{\an8}`). */
export function formatSrt(cues: Iterable<SubtitleCue>): string {
  const blocks = [...cues].map((cue, index) => {
    const times = `${formatTimestamp(cue.startMs, ',')} --> ${formatTimestamp(cue.endMs, ',')}`
    return `${index + 1}\n${times}\n${isAtTop(cue.settings) ? '{\\an8}' : ''}${srtText(cue.text)}\n\n`
  })
  return blocks.join('').replaceAll('\n', '\r\n')
}

function srtText(cueText: string): string {
  const tags = cleanCueText(cueText).replace(/<(\/?)([a-z]*)[^<>]*>/gi, (_tag, slash, name) =>
    /^[biu]$/i.test(name) ? `<${slash}${name}>` : '',
  )
  return decodeReferences(tags)
}

/** The upper half: a percentage below 50, or lines counted from the top. */
function isAtTop(settings = ''): boolean {
  const [, value = '', percent] = /(?:^|\s)line:(\d+(?:\.\d+)?)(%?)/.exec(settings) ?? []
  return value !== '' && Number(value) < (percent === '%' ? 50 : 8)
}
