import { checkMultivariantPlaylist } from './check-multivariant-playlist.ts'
import { emptyHead, readHeadTag } from './head-tags.ts'
import type {
  ContentSteering,
  MultivariantPlaylist,
  SessionData,
  StreamInfo,
  Variant,
} from './multivariant-playlist.ts'
import { PlaylistError } from './playlist-error.ts'
import { MAX_RENDITIONS, MAX_VARIANTS } from './playlist-limits.ts'
import type { PlaylistLine, TagLine, UriLine } from './playlist-line.ts'
import type { PlaylistReading } from './playlist-reading.ts'
import { readRendition } from './rendition.ts'
import { readKey, type SegmentKey } from './segment-key.ts'
import { readIFrameStreamInf, readStreamInf } from './stream-info.ts'

class Draft {
  readonly head = emptyHead()
  readonly variants: Variant[] = []
  readonly iFrameVariants: StreamInfo[] = []
  readonly renditions: MultivariantPlaylist['renditions'][number][] = []
  readonly sessionKeys: SegmentKey[] = []
  readonly sessionData: SessionData[] = []
  steering: ContentSteering | null = null
  /** EXT-X-STREAM-INF that waits for its URI. */
  pending: Omit<Variant, 'uri' | 'url'> | null = null
}

type Reader = (tag: TagLine, draft: Draft, reading: PlaylistReading) => void

const READERS = new Map<string, Reader>([
  ['EXT-X-STREAM-INF', openVariant],
  ['EXT-X-I-FRAME-STREAM-INF', (tag, { iFrameVariants }, reading) => addIFrames(tag, iFrameVariants, reading)],
  [
    'EXT-X-MEDIA',
    (tag, { renditions }, reading) => add(renditions, readRendition(tag, reading), MAX_RENDITIONS, tag.line),
  ],
  ['EXT-X-SESSION-KEY', addSessionKey],
  ['EXT-X-SESSION-DATA', addSessionData],
  ['EXT-X-CONTENT-STEERING', readSteering],
])

/** Reads the lines of a multivariant playlist. Throws PlaylistError for undefined variables and too many entries. */
export function readMultivariantPlaylist(
  lines: Iterable<PlaylistLine>,
  reading: PlaylistReading,
): MultivariantPlaylist {
  const draft = new Draft()
  for (const line of lines) {
    if (line.kind === 'tag') readTag(line, draft, reading)
    else closeVariant(line, draft, reading)
  }
  if (draft.pending) reportOpen(draft.pending.line, reading)
  return finished(draft, reading)
}

function readTag(tag: TagLine, draft: Draft, reading: PlaylistReading): void {
  const read = READERS.get(tag.name)
  if (read) read(tag, draft, reading)
  else if (!readHeadTag(tag, draft.head, reading)) {
    draft.head.unknownTags.push({ name: tag.name, line: tag.line, value: tag.value })
  }
}

function openVariant(tag: TagLine, draft: Draft, reading: PlaylistReading): void {
  if (draft.pending) reportOpen(draft.pending.line, reading)
  draft.pending = readStreamInf(tag, reading)
}

function closeVariant(line: UriLine, draft: Draft, reading: PlaylistReading): void {
  if (!draft.pending) {
    reading.log.add('syntax', line.line, null, 'a URI without EXT-X-STREAM-INF')
    return
  }
  const uri = reading.variables.substitute(line.text, line.line)
  const url = reading.uris.resolve(uri)
  if (url === null) reading.log.add('syntax', line.line, null, 'the URI cannot be resolved', 'error')
  add(draft.variants, { uri, url, ...draft.pending }, MAX_VARIANTS, line.line)
  draft.pending = null
}

function addIFrames(tag: TagLine, variants: StreamInfo[], reading: PlaylistReading): void {
  const variant = readIFrameStreamInf(tag, reading)
  if (variant) add(variants, variant, MAX_VARIANTS, tag.line)
}

function addSessionKey(tag: TagLine, { sessionKeys }: Draft, reading: PlaylistReading): void {
  const key = readKey(tag, reading)
  if (key) add(sessionKeys, key, MAX_RENDITIONS, tag.line)
  else reading.violate('key-invalid', tag, 'a session key must not have METHOD=NONE')
}

function addSessionData(tag: TagLine, { sessionData }: Draft, reading: PlaylistReading): void {
  const attributes = reading.attributes(tag)
  const dataId = attributes.text('DATA-ID')
  const value = attributes.text('VALUE')
  const address = attributes.uri('URI')
  if (dataId === null) reading.violate('syntax', tag, 'DATA-ID is missing')
  if ((value === null) === (address === null)) reading.violate('syntax', tag, 'either VALUE or URI must be there')
  const data = {
    dataId: dataId ?? '',
    value,
    uri: address?.uri ?? null,
    url: address?.url ?? null,
    language: attributes.text('LANGUAGE'),
    line: tag.line,
  }
  add(sessionData, data, MAX_RENDITIONS, tag.line)
}

function readSteering(tag: TagLine, draft: Draft, reading: PlaylistReading): void {
  if (!reading.isFirst(tag)) return
  const attributes = reading.attributes(tag)
  const server = attributes.uri('SERVER-URI')
  if (server) draft.steering = { serverUri: server.uri, url: server.url, pathwayId: attributes.text('PATHWAY-ID') }
  else reading.violate('syntax', tag, 'SERVER-URI is missing')
}

function add<T>(list: T[], item: T, limit: number, line: number): void {
  if (list.length >= limit) throw new PlaylistError('too-large', line, `more than ${limit} of one kind`)
  list.push(item)
}

function reportOpen(line: number, reading: PlaylistReading): void {
  reading.log.add('syntax', line, '#EXT-X-STREAM-INF', 'no URI follows', 'error')
}

function finished(draft: Draft, reading: PlaylistReading): MultivariantPlaylist {
  const playlist = {
    kind: 'multivariant',
    ...draft.head,
    defines: reading.variables.values,
    variants: draft.variants,
    iFrameVariants: draft.iFrameVariants,
    renditions: draft.renditions,
    sessionKeys: draft.sessionKeys,
    sessionData: draft.sessionData,
    steering: draft.steering,
  } as const
  checkMultivariantPlaylist(playlist, reading)
  return { ...playlist, violations: reading.log.violations, droppedViolations: reading.log.dropped }
}
