import type { LinkInfo } from '#domain/download.ts'
import type { LinkInfo as ShownLink } from '../contract/download.ts'

/** Whoever asked knows the address: it is shown whole, and so are those of its entries. */
export function presentLink(info: LinkInfo): ShownLink {
  return {
    ...info,
    formats: info.formats.map((format) => ({ ...format })),
    audioLanguages: [...info.audioLanguages],
    subtitleLanguages: [...info.subtitleLanguages],
    entries: info.entries.map((entry) => ({ ...entry })),
    notes: [...info.notes],
  }
}
