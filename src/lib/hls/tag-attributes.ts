import type { AttributeList } from './attribute-list.ts'
import { parseDecimal, parseInteger } from './number-value.ts'
import type { UriResolver } from './uri-resolver.ts'

export interface Resolution {
  readonly width: number
  readonly height: number
}

/** Typed reading of one tag's attributes: null when absent or unreadable, which is reported. */
export class TagAttributes {
  readonly list: AttributeList
  readonly #uris: UriResolver
  readonly #fault: (fault: string) => void

  constructor(list: AttributeList, uris: UriResolver, report: (fault: string) => void) {
    this.list = list
    this.#uris = uris
    this.#fault = report
  }

  /** A quoted-string. */
  text(name: string): string | null {
    const attribute = this.list.get(name)
    if (attribute && !attribute.quoted) this.#fault(`${name} should be in quotes`)
    return attribute?.value ?? null
  }

  /** A quoted-string of parts between commas (or another separator), without empty ones. */
  texts(name: string, separator = ','): readonly string[] {
    const parts = this.text(name)?.split(separator) ?? []
    return parts.map((part) => part.trim()).filter((part) => part !== '')
  }

  /** An enumerated-string. */
  word(name: string): string | null {
    const attribute = this.list.get(name)
    if (attribute?.quoted) this.#fault(`${name} should not be in quotes`)
    return attribute?.value ?? null
  }

  /** YES or NO; absent is NO. */
  flag(name: string): boolean {
    const word = this.word(name)
    if (word !== null && word !== 'YES' && word !== 'NO') this.#fault(`${name} is neither YES nor NO`)
    return word === 'YES'
  }

  integer(name: string): number | null {
    const word = this.word(name)
    return word === null ? null : parseInteger(word, (fault) => this.#fault(`${name} ${fault}`))
  }

  decimal(name: string): number | null {
    const word = this.word(name)
    return word === null ? null : parseDecimal(word, (fault) => this.#fault(`${name} ${fault}`))
  }

  resolution(name: string): Resolution | null {
    const word = this.word(name)
    if (word === null) return null
    const match = /^(\d{1,6})x(\d{1,6})$/i.exec(word)
    if (match) return { width: Number(match[1]), height: Number(match[2]) }
    this.#fault(`${name} is not <width>x<height>`)
    return null
  }

  /** A URI as it stands and resolved; `url` is null when it cannot be resolved. */
  uri(name: string): { readonly uri: string; readonly url: string | null } | null {
    const uri = this.text(name)
    if (uri === null) return null
    const url = this.#uris.resolve(uri)
    if (url === null) this.#fault(`${name} cannot be resolved`)
    return { uri, url }
  }
}
