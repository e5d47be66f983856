import type { SourceSidecar } from '#domain/catalog.ts'
import { languageName, toLanguageTag } from '#lib/language-tag/language-tag.ts'
import { cleanText } from './clean-text.ts'

const MAX_TITLE_CHARACTERS = 100
const GENERATED = /\b(?:auto|asr|(?:auto|machine)[ -]?(?:generated|translated))\b/i
const FORCED = /\bforced\b/i
const HEARING_IMPAIRED = /\b(?:sdh|cc|hoh|hard of hearing)\b/i

/** They would pass for scripts and variants of a language. */
const NO_LANGUAGE = /[-_.](?:auto|asr|orig|forced|sdh|cc|hoh)$/i

/**
 * What the site calls the language (`de`, `en-nP7-2PuUl7o`, `Português (Brasil)`) and the subtitles (`English (forced)`) in
 * our terms. Those that a machine wrote say so.
 */
export function subtitleLabels(key: string, name: string | null): Omit<SourceSidecar, 'path'> {
  const whole = toLanguageTag(key.replace(NO_LANGUAGE, ''))
  const language = whole === 'und' ? toLanguageTag(/^[a-z]{2,3}(?=[-_.])/i.exec(key)?.[0]) : whole
  const own = cleanText(name ?? '', MAX_TITLE_CHARACTERS)
  const title = own === '' && whole === 'und' ? cleanText(key, MAX_TITLE_CHARACTERS) : own
  const words = `${key.replace(/[-_.]/g, ' ')} ${own}`
  return {
    language,
    title: withOrigin(title, language, GENERATED.test(words)),
    forced: FORCED.test(words),
    hearingImpaired: HEARING_IMPAIRED.test(words),
  }
}

function withOrigin(title: string, language: string, isGenerated: boolean): string | null {
  if (!isGenerated || GENERATED.test(title)) return title === '' ? null : title
  return `${title || languageName(language) || language} (auto-generated)`
}
