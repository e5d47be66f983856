/** An entity tag without its quotes (RFC 9110 §8.8.3). */
export interface EntityTag {
  readonly weak: boolean
  readonly opaque: string
}

/** `etagc`: everything visible but the quote; bytes over 0x7f arrive as Latin-1. */
const ENTITY_TAG = /(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"/y

/** Reads exactly one entity tag, null when the text is none. */
export function parseEntityTag(text: string): EntityTag | null {
  const list = parseEntityTags(text)
  return list !== '*' && list.wellFormed && list.tags.length === 1 ? (list.tags[0] ?? null) : null
}

/** Entity tags of a list, in order; `wellFormed` is false when reading stopped at something else. */
export interface EntityTagList {
  readonly tags: readonly EntityTag[]
  readonly wellFormed: boolean
}

/** Reads `If-Match` and `If-None-Match` (RFC 9110 §13.1.1): `*` or a list; commas inside quotes belong to the tag. */
export function parseEntityTags(header: string): '*' | EntityTagList {
  const text = header.trim()
  if (text === '*') return '*'
  const tags: EntityTag[] = []
  for (let at = skipSeparators(text, 0); at < text.length; ) {
    ENTITY_TAG.lastIndex = at
    const match = ENTITY_TAG.exec(text)
    if (!match) return { tags, wellFormed: false }
    tags.push({ weak: match[1] !== undefined, opaque: match[2] ?? '' })
    const end = at + match[0].length
    at = skipSeparators(text, end)
    if (at < text.length && !text.slice(end, at).includes(',')) return { tags, wellFormed: false }
  }
  return { tags, wellFormed: true }
}

/** Both strong and the same: what byte ranges and writes need (RFC 9110 §8.8.3.2). */
export function matchesStrongly(a: EntityTag, b: EntityTag): boolean {
  return !a.weak && !b.weak && a.opaque === b.opaque
}

/** The same, whatever their strength: enough for "you already have it". */
export function matchesWeakly(a: EntityTag, b: EntityTag): boolean {
  return a.opaque === b.opaque
}

function skipSeparators(text: string, from: number): number {
  let at = from
  while (at < text.length && ' \t,'.includes(text.charAt(at))) at++
  return at
}
