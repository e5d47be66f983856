import { type AttributeList, parseAttributeList } from './attribute-list.ts'
import type { TagLine } from './playlist-line.ts'
import { TagAttributes } from './tag-attributes.ts'
import { UriResolver } from './uri-resolver.ts'
import { Variables } from './variables.ts'
import { type RuleId, type Severity, ViolationLog } from './violation.ts'

/** A tag that is kept as it stands, because it is unknown or nobody needs its values yet. */
export interface RawTag {
  readonly name: string
  readonly line: number
  readonly value: string | null
}

/** A tag kept with its attributes split, values as text. */
export interface RawAttributesTag extends RawTag {
  readonly attributes: AttributeList
}

/** What reading one playlist carries along: where it lies, its variables, and everything that was wrong. */
export class PlaylistReading {
  readonly log = new ViolationLog()
  readonly variables = new Variables()
  readonly uris: UriResolver
  /** Variables of the multivariant playlist, for EXT-X-DEFINE:IMPORT. */
  readonly imports: ReadonlyMap<string, string>
  readonly #seen = new Map<string, number>()
  #needed = { version: 1, why: 'nothing', line: 1 }

  constructor(baseUrl: string, imports: ReadonlyMap<string, string>) {
    this.uris = new UriResolver(baseUrl)
    this.imports = imports
  }

  violate(rule: RuleId, at: TagLine, text: string, severity?: Severity): void {
    this.log.add(rule, at.line, `#${at.name}`, text, severity)
  }

  /** Whether a tag that may stand once comes for the first time; a repetition is reported, and the first counts. */
  isFirst(tag: TagLine): boolean {
    const before = this.#seen.get(tag.name)
    if (before === undefined) this.#seen.set(tag.name, tag.line)
    else this.violate('duplicate-tag', tag, `the tag stands on line ${before} already, which counts`)
    return before === undefined
  }

  /** Line on which a tag that may stand once was found. */
  lineOf(name: string): number | undefined {
    return this.#seen.get(name)
  }

  /** Attributes with `{$name}` replaced in quoted and hexadecimal values (RFC 8216bis §4.3). */
  attributes(tag: TagLine): TagAttributes {
    const list = new Map(this.plainAttributes(tag))
    for (const [name, { value, quoted }] of list) {
      if (!value.includes('{$') || !(quoted || /^0x/i.test(value))) continue
      list.set(name, { value: this.variables.substitute(value, tag.line), quoted })
    }
    return new TagAttributes(list, this.uris, (fault) => this.violate('syntax', tag, fault))
  }

  /** Attributes as they stand. */
  plainAttributes(tag: TagLine): AttributeList {
    return parseAttributeList(tag.value ?? '', (fault) => this.violate('syntax', tag, fault))
  }

  /** The tag with its attributes, for what is kept raw. */
  rawAttributes(tag: TagLine): RawAttributesTag {
    return { name: tag.name, line: tag.line, value: tag.value, attributes: this.attributes(tag).list }
  }

  /** Notes that something needs an EXT-X-VERSION (RFC 8216bis §8). */
  needsVersion(version: number, why: string, line: number): void {
    if (version > this.#needed.version) this.#needed = { version, why, line }
  }

  get neededVersion(): { readonly version: number; readonly why: string; readonly line: number } {
    return this.#needed
  }
}
