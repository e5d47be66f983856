import type { Rendition } from './multivariant-playlist.ts'
import type { TagLine } from './playlist-line.ts'
import type { PlaylistReading } from './playlist-reading.ts'
import type { TagAttributes } from './tag-attributes.ts'

const TYPES = new Set(['AUDIO', 'VIDEO', 'SUBTITLES', 'CLOSED-CAPTIONS'])

/** Reads EXT-X-MEDIA (RFC 8216bis §4.4.6.1); what one tag alone gets wrong is reported as `rendition-invalid`. */
export function readRendition(tag: TagLine, reading: PlaylistReading): Rendition {
  const attributes = reading.attributes(tag)
  const address = attributes.uri('URI')
  const rendition = {
    type: attributes.word('TYPE') ?? '',
    groupId: attributes.text('GROUP-ID') ?? '',
    name: attributes.text('NAME') ?? '',
    language: attributes.text('LANGUAGE'),
    assocLanguage: attributes.text('ASSOC-LANGUAGE'),
    isDefault: attributes.flag('DEFAULT'),
    autoselect: attributes.flag('AUTOSELECT'),
    forced: attributes.flag('FORCED'),
    instreamId: attributes.text('INSTREAM-ID'),
    characteristics: attributes.texts('CHARACTERISTICS'),
    channels: attributes.text('CHANNELS'),
    stableRenditionId: attributes.text('STABLE-RENDITION-ID'),
    uri: address?.uri ?? null,
    url: address?.url ?? null,
    line: tag.line,
    attributes: attributes.list,
  }
  noteVersions(rendition, tag, reading)
  checkRendition(rendition, attributes, tag, reading)
  return rendition
}

function checkRendition(rendition: Rendition, { list }: TagAttributes, tag: TagLine, reading: PlaylistReading): void {
  const { type } = rendition
  const faults = {
    'TYPE is missing or unknown': !TYPES.has(type),
    'GROUP-ID is missing': rendition.groupId === '',
    'NAME is missing': rendition.name === '',
    'subtitles without URI': type === 'SUBTITLES' && rendition.uri === null,
    'closed captions with URI': type === 'CLOSED-CAPTIONS' && rendition.uri !== null,
    'closed captions without INSTREAM-ID': type === 'CLOSED-CAPTIONS' && rendition.instreamId === null,
    'DEFAULT=YES with AUTOSELECT=NO': rendition.isDefault && list.has('AUTOSELECT') && !rendition.autoselect,
    'FORCED outside subtitles': type !== 'SUBTITLES' && list.has('FORCED'),
  }
  for (const [text, wrong] of Object.entries(faults)) {
    if (wrong) reading.violate('rendition-invalid', tag, text)
  }
  if (rendition.language === null && type !== 'VIDEO') {
    reading.violate('rendition-invalid', tag, 'LANGUAGE is missing', 'advice')
  }
}

function noteVersions({ type, instreamId }: Rendition, tag: TagLine, reading: PlaylistReading): void {
  if (instreamId === null) return
  if (type !== 'CLOSED-CAPTIONS') reading.needsVersion(13, `INSTREAM-ID of ${type}`, tag.line)
  else if (instreamId.startsWith('SERVICE')) reading.needsVersion(7, 'INSTREAM-ID SERVICE', tag.line)
}
