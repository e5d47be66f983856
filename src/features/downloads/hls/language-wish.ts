import { toLanguageTag } from '#lib/language-tag/language-tag.ts'

/** Place of the first wish that the language meets; null when none does. `pt` is met by `pt-BR`, and the other way round. */
export function wishMet(language: string | null, wishes: readonly string[]): number | null {
  const tag = toLanguageTag(language).toLowerCase()
  const at = wishes.findIndex((wish) => meets(tag, toLanguageTag(wish).toLowerCase()))
  return at === -1 ? null : at
}

function meets(tag: string, wish: string): boolean {
  return tag === wish || tag.startsWith(`${wish}-`) || wish.startsWith(`${tag}-`)
}
