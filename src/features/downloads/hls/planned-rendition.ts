import type { RecordedRendition } from '#domain/recording.ts'

/** A rendition (or the variant itself) that is wished, before its playlist is read. */
export interface PlannedRendition extends Omit<RecordedRendition, 'url'> {
  /** Where its media playlist stands: the first is asked first, the others give the same and are for when it fails. */
  readonly addresses: readonly [string, ...string[]]
}
