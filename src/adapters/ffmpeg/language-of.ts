/**
 * The language of a stream as BCP 47, `und` when the file says nothing or nothing that can be read. Containers write
 * ISO 639-2 (`ger`, `deu`), newer Matroska files BCP 47, some programs `en_US`.
 */
export function languageOf(tags: Readonly<Record<string, string>> = {}): string {
  const written = tags.language ?? tags.LANGUAGE ?? 'und'
  try {
    return Intl.getCanonicalLocales(written.trim().replaceAll('_', '-'))[0] ?? 'und'
  } catch {
    return 'und'
  }
}
