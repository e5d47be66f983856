/** Tags of WebVTT with what they may carry, times inside a cue, other tags, character references, and the characters that need escaping. */
const TOKEN =
  /<\/?(?:b|i|u|c|v|ruby|rt|lang)(?:[.\s][^<>]*)?>|<[\d:.]{5,20}>|<\/?[a-z][^<>]*>|&(?:[a-z]{2,31}|#\d{1,7}|#x[0-9a-f]{1,6});|[<>&]/gi

const KNOWN_TAG = /^<\/?(?:b|i|u|c|v|ruby|rt|lang)(?=[.\s>])|^<[\d:.]/i

const ESCAPES = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
])

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters must not reach a cue.
const CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f\ufeff]/g

/** Cue text in order: known tags stay, unknown ones go, stray brackets and ampersands are escaped, blank lines vanish. Stable when applied again. */
export function cleanCueText(text: string): string {
  const lines = text.toWellFormed().replace(/\r\n?/g, '\n').replace(CONTROLS, ' ').split('\n')
  const filled = lines.map((line) => line.trim()).filter((line) => line !== '')
  const clean = filled.join('\n').replace(TOKEN, cleanToken)
  // A tag that went may have been all of a line.
  return clean
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n')
}

function cleanToken(token: string): string {
  const reference = ESCAPES.get(token)
  if (reference !== undefined) return reference
  return token.startsWith('&') || KNOWN_TAG.test(token) ? token : ''
}

const SETTINGS = [
  /^vertical:(?:rl|lr)$/,
  /^line:(?:-?\d{1,4}|\d{1,3}(?:\.\d{1,6})?%)(?:,(?:start|center|end))?$/,
  /^position:\d{1,3}(?:\.\d{1,6})?%(?:,(?:line-left|center|line-right))?$/,
  /^size:\d{1,3}(?:\.\d{1,6})?%$/,
  /^align:(?:start|center|end|left|right|middle)$/,
]

/** The settings that mean something on their own; regions are not kept, so neither are references to them. */
export function cleanCueSettings(text: string): string | undefined {
  const settings = text.split(/\s+/).filter((setting) => SETTINGS.some((pattern) => pattern.test(setting)))
  return settings.length === 0 ? undefined : settings.join(' ')
}
