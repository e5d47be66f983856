import { PlaylistError } from './playlist-error.ts'
import { MAX_PLAYLIST_LENGTH } from './playlist-limits.ts'

const REFERENCE = /\{\$([A-Za-z0-9_-]+)\}/g

/** Variables of one playlist (RFC 8216bis §4.3). What a value contains is never expanded again. */
export class Variables {
  readonly #values = new Map<string, string>()
  #expandedLength = 0

  /** False, and nothing changes, when the name is taken. */
  define(name: string, value: string): boolean {
    if (this.#values.has(name)) return false
    this.#values.set(name, value)
    return true
  }

  get values(): ReadonlyMap<string, string> {
    return this.#values
  }

  /** The text with every `{$name}` replaced. Throws PlaylistError when one is not defined, or when all expansions together outgrow a playlist. */
  substitute(text: string, line: number): string {
    if (!text.includes('{$')) return text
    return text.replace(REFERENCE, (_reference, name: string) => {
      const value = this.#values.get(name)
      if (value === undefined) throw new PlaylistError('unknown-variable', line, `variable ${name} is not defined`)
      this.#expandedLength += value.length
      if (this.#expandedLength > MAX_PLAYLIST_LENGTH) {
        throw new PlaylistError('too-large', line, 'variables expand to more than a playlist may hold')
      }
      return value
    })
  }
}
