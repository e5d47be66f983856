const UNDETERMINED = 'und'

/** Knows the registry of languages: undefined for what no one speaks. */
let names: Intl.DisplayNames | undefined

/** Made when it is needed: that takes ten milliseconds. */
function nameOf(tag: string): string | undefined {
  names ??= new Intl.DisplayNames('en', { type: 'language', fallback: 'none' })
  return names.of(tag)
}

/**
 * The BCP 47 tag for a language as containers write it: ISO 639-2/B or /T (`ger`, `deu`), 639-1 (`de`),
 * or a tag of any case, also with underscores (`pt_BR`). `und` for what is missing, malformed or unknown.
 * Multiple languages (`mul`) and no linguistic content (`zxx`) stay.
 */
export function toLanguageTag(code: string | null | undefined): string {
  const text = (code ?? '').trim().replaceAll('_', '-')
  if (text.length > 64) return UNDETERMINED
  try {
    // Canonicalisation (UTS #35) maps overlong, bibliographic and withdrawn codes.
    const [tag = UNDETERMINED] = Intl.getCanonicalLocales(text)
    return languageName(tag) === null ? UNDETERMINED : tag
  } catch {
    return UNDETERMINED
  }
}

/** English name of a BCP 47 tag, such as `German` or `Brazilian Portuguese`; null for `und`, unknown and malformed ones. */
export function languageName(tag: string): string | null {
  try {
    return nameOf(tag) ?? nameOf(new Intl.Locale(tag).language) ?? null
  } catch {
    return null
  }
}
