import type { TagLine } from './playlist-line.ts'
import { PlaylistError } from './playlist-error.ts'
import type { StartPoint } from './playlist-head.ts'
import { parseInteger } from './number-value.ts'
import type { PlaylistReading, RawTag } from './playlist-reading.ts'

/** What the tags of both kinds of playlist have said so far. */
export interface HeadDraft {
  version: number | null
  independentSegments: boolean
  start: StartPoint | null
  readonly unknownTags: RawTag[]
}

export function emptyHead(): HeadDraft {
  return { version: null, independentSegments: false, start: null, unknownTags: [] }
}

/** Reads a tag that may stand in both kinds of playlist; false when it is none. */
export function readHeadTag(tag: TagLine, draft: HeadDraft, reading: PlaylistReading): boolean {
  switch (tag.name) {
    case 'EXTM3U':
      reading.isFirst(tag)
      return true
    case 'EXT-X-VERSION':
      if (reading.isFirst(tag)) draft.version = integerValue(tag, reading)
      return true
    case 'EXT-X-INDEPENDENT-SEGMENTS':
      draft.independentSegments = reading.isFirst(tag) || draft.independentSegments
      return true
    case 'EXT-X-START':
      if (reading.isFirst(tag)) draft.start = readStart(tag, reading)
      return true
    case 'EXT-X-DEFINE':
      readDefine(tag, reading)
      return true
    default:
      return false
  }
}

/** A tag whose value is one integer; null when it is none, which is reported. */
export function integerValue(tag: TagLine, reading: PlaylistReading): number | null {
  return parseInteger(tag.value ?? '', (fault) => reading.violate('syntax', tag, `the value ${fault}`))
}

function readStart(tag: TagLine, reading: PlaylistReading): StartPoint | null {
  const attributes = reading.attributes(tag)
  const timeOffsetSec = attributes.decimal('TIME-OFFSET')
  if (timeOffsetSec !== null) return { timeOffsetSec, precise: attributes.flag('PRECISE') }
  reading.violate('syntax', tag, 'TIME-OFFSET is missing')
  return null
}

/** EXT-X-DEFINE (RFC 8216bis §4.4.2.3). Its own values are not expanded: that is how bombs are built. */
function readDefine(tag: TagLine, reading: PlaylistReading): void {
  const attributes = reading.plainAttributes(tag)
  const [name, imported, query] = ['NAME', 'IMPORT', 'QUERYPARAM'].map((key) => attributes.get(key)?.value)
  reading.needsVersion(query === undefined ? 8 : 11, 'EXT-X-DEFINE', tag.line)
  const variable = name ?? imported ?? query
  const value = name === undefined ? lookUp(imported, query, reading) : (attributes.get('VALUE')?.value ?? null)
  if (variable === undefined || (name !== undefined && value === null)) {
    reading.violate('syntax', tag, 'neither NAME with VALUE nor IMPORT nor QUERYPARAM', 'error')
  } else if (value === null) {
    throw new PlaylistError('unknown-variable', tag.line, `variable ${variable} is not there to be taken over`)
  } else if (!reading.variables.define(variable, value)) {
    reading.violate('duplicate-tag', tag, `variable ${variable} is defined twice; the first counts`, 'error')
  }
}

function lookUp(imported: string | undefined, query: string | undefined, reading: PlaylistReading): string | null {
  if (imported !== undefined) return reading.imports.get(imported) ?? null
  return query === undefined ? null : reading.uris.queryParameter(query)
}
