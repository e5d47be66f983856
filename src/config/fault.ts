import { BOT_TOKEN_PATTERN } from './format.ts'
import { MASK } from './secrets.ts'

/** One thing wrong with the settings, fit to be shown: it holds no secret. */
export interface Fault {
  readonly name: string
  /** The value as shown to people; absent when the fault is that there is none. */
  readonly shown?: string
  readonly allowed: string
}

/** The fault in one line: name, value, what is allowed. */
export function faultLine({ name, shown, allowed }: Fault): string {
  return shown === undefined
    ? `${name} is not set; needed: ${allowed}`
    : `${name}=${shown} is not allowed; allowed: ${allowed}`
}

const MAX_SHOWN_LENGTH = 80

/** A value that is no secret, made safe for one line: control characters escaped, logins and stray tokens masked, cut. */
export function showValue(text: string): string {
  const masked = text.replace(/\/\/[^\s/@]*@/g, `//${MASK}@`).replace(new RegExp(BOT_TOKEN_PATTERN.source, 'g'), MASK)
  const quoted = JSON.stringify(masked).replace(
    /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return quoted.length <= MAX_SHOWN_LENGTH ? quoted : `${quoted.slice(0, MAX_SHOWN_LENGTH - 1)}…`
}
