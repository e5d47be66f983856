import type { StreamInfo, Variant } from './multivariant-playlist.ts'
import type { TagLine } from './playlist-line.ts'
import type { PlaylistReading } from './playlist-reading.ts'
import type { TagAttributes } from './tag-attributes.ts'

type Address = Pick<StreamInfo, 'uri' | 'url'>

/** Attributes of EXT-X-STREAM-INF; its URI is the next line. */
export function readStreamInf(tag: TagLine, reading: PlaylistReading): Omit<Variant, keyof Address> {
  const attributes = reading.attributes(tag)
  return {
    ...readShared(tag, attributes, reading),
    frameRate: attributes.decimal('FRAME-RATE'),
    audioGroup: attributes.text('AUDIO'),
    subtitlesGroup: attributes.text('SUBTITLES'),
    closedCaptions: readClosedCaptions(attributes),
  }
}

/** EXT-X-I-FRAME-STREAM-INF; null without URI, which is reported. */
export function readIFrameStreamInf(tag: TagLine, reading: PlaylistReading): StreamInfo | null {
  const attributes = reading.attributes(tag)
  const address = attributes.uri('URI')
  if (!address) reading.violate('syntax', tag, 'URI is missing', 'error')
  return address && { ...address, ...readShared(tag, attributes, reading) }
}

function readShared(
  tag: TagLine,
  attributes: TagAttributes,
  reading: PlaylistReading,
): Omit<StreamInfo, keyof Address> {
  for (const name of attributes.list.keys()) {
    if (name.startsWith('REQ-')) reading.needsVersion(12, name, tag.line)
  }
  return {
    line: tag.line,
    bandwidth: attributes.integer('BANDWIDTH'),
    averageBandwidth: attributes.integer('AVERAGE-BANDWIDTH'),
    codecs: attributes.texts('CODECS'),
    supplementalCodecs: attributes.texts('SUPPLEMENTAL-CODECS'),
    resolution: attributes.resolution('RESOLUTION'),
    videoRange: attributes.word('VIDEO-RANGE'),
    hdcpLevel: attributes.word('HDCP-LEVEL'),
    score: attributes.decimal('SCORE'),
    pathwayId: attributes.text('PATHWAY-ID'),
    stableVariantId: attributes.text('STABLE-VARIANT-ID'),
    videoGroup: attributes.text('VIDEO'),
    attributes: attributes.list,
  }
}

function readClosedCaptions(attributes: TagAttributes): Variant['closedCaptions'] {
  const attribute = attributes.list.get('CLOSED-CAPTIONS')
  if (attribute && !attribute.quoted && attribute.value === 'NONE') return 'none'
  const groupId = attributes.text('CLOSED-CAPTIONS')
  return groupId === null ? null : { groupId }
}
