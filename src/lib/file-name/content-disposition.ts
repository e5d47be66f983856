import { safeFileName } from './safe-file-name.ts'

/**
 * Value of `Content-Disposition` (RFC 6266) that offers `fileName` in any alphabet.
 * The name is made safe first; what ASCII cannot say goes into `filename*` (RFC 8187),
 * with a plain `filename` before it for readers that know only that.
 */
export function contentDisposition(type: 'attachment' | 'inline', fileName: string): string {
  const name = safeFileName(fileName)
  const plain = asciiName(name)
  const quoted = `${type}; filename="${plain}"`
  return plain === name ? quoted : `${quoted}; filename*=UTF-8''${extendedValue(name)}`
}

/**
 * Accents fall off, the rest becomes `_`: a percent sign too, because some readers decode it,
 * and separators, which decomposing makes of their full-width twins.
 */
function asciiName(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{Mark}+/gu, '')
    .replace(/[^\x20-\x7e]|[%"\\/:*?<>|]/gu, '_')
}

/** `ext-value` characters: RFC 8187 §3.2.1 `attr-char`, everything else as percent-encoded UTF-8. */
function extendedValue(name: string): string {
  return encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
}
