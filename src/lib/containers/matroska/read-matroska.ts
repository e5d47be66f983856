import { ContainerError } from '../container-error.ts'
import type { RandomAccess } from '../random-access.ts'
import {
  type ElementHeader,
  elementsIn,
  MAX_ELEMENT_HEADER_BYTES,
  readElementHeader,
  UNKNOWN_SIZE,
  uintOf,
} from './ebml-element.ts'
import { ID } from './element-id.ts'
import { MasterElement } from './master-element.ts'
import type { Cue, MatroskaFile } from './matroska-file.ts'
import { parseCues } from './parse-cues.ts'
import { parseTracks } from './parse-tracks.ts'
import { WindowReader } from './window-reader.ts'

/**
 * Reads everything that a Matroska or WebM file says outside its Clusters, wherever it stands; no payload is touched.
 * Rejects with ContainerError: `not-this-container`, `truncated` (the file ends inside these parts), `malformed`,
 * `unsupported`, `too-large`.
 */
export async function readMatroska(file: RandomAccess): Promise<MatroskaFile> {
  const reader = new WindowReader(file, READ_AHEAD_BYTES)
  const { docType, end } = await readEbmlHeader(reader)
  const segment = await findSegment(reader, end, file.size)
  const parts = await readParts(reader, segment)
  if (parts.tracks === null) throw malformed('no Tracks')
  const info = new MasterElement(parts.info)
  const timestampScaleNs = info.uint(ID.timestampScale) ?? 1_000_000
  if (timestampScaleNs === 0) throw malformed('ticks of no length')
  const durationSec = ((info.float(ID.duration) ?? 0) * timestampScaleNs) / 1e9
  return {
    docType,
    timestampScaleNs,
    durationSec: Number.isFinite(durationSec) && durationSec > 0 ? durationSec : null,
    title: info.text(ID.title),
    tracks: parseTracks(parts.tracks),
    cues: parts.cues && readableCues(parts.cues, segment.start),
    segmentStart: segment.start,
    segmentEnd: segment.end,
    firstClusterAt: parts.firstClusterAt,
    truncated: segment.truncated,
  }
}

/** A film can be read without its index: a damaged one counts as missing. */
function readableCues(body: Uint8Array, segmentStart: number): Cue[] | null {
  try {
    return parseCues(body, segmentStart)
  } catch (error) {
    if (error instanceof ContainerError) return null
    throw error
  }
}

/** Enough for the header, SeekHead, Info and Tracks of a usual film in one read. */
const READ_AHEAD_BYTES = 16_384

interface Placed extends ElementHeader {
  /** Offset of the header and of the body. */
  readonly at: number
  readonly bodyAt: number
}

interface Segment {
  readonly start: number
  readonly end: number
  readonly truncated: boolean
}

interface Parts {
  info: Uint8Array | null
  tracks: Uint8Array | null
  cues: Uint8Array | null
  firstClusterAt: number | null
}

async function readEbmlHeader(reader: WindowReader): Promise<{ docType: MatroskaFile['docType']; end: number }> {
  const start = await reader.read(0, 4)
  if (start.byteLength < 4 || uintOf(start) !== ID.ebml) throw notMatroska('no EBML header')
  const header = await elementAt(reader, 0)
  const ebml = new MasterElement(await bodyOf(reader, header))
  const docType = ebml.text(ID.docType) ?? 'matroska'
  if (docType !== 'matroska' && docType !== 'webm') throw notMatroska('another kind of EBML document')
  if ((ebml.uint(ID.ebmlMaxIdLength) ?? 4) > 4 || (ebml.uint(ID.ebmlMaxSizeLength) ?? 8) > 8) {
    throw new ContainerError('unsupported', 'Matroska: IDs over 4 bytes or sizes over 8 bytes')
  }
  return { docType, end: header.bodyAt + header.size }
}

async function findSegment(reader: WindowReader, from: number, fileSize: number): Promise<Segment> {
  let at = from
  for (let elements = 0; elements < MAX_ELEMENTS; elements++) {
    const element = await elementAt(reader, at)
    const end = element.bodyAt + element.size
    if (element.id === ID.segment) {
      const truncated = end !== UNKNOWN_SIZE && end > fileSize
      return { start: element.bodyAt, end: Math.min(end, fileSize), truncated }
    }
    at = end
  }
  throw malformed('no Segment')
}

/** Elements before the first Cluster, and places that SeekHeads name: more than any file has. */
const MAX_ELEMENTS = 10_000

/** What stands before the first Cluster is found by walking, what stands behind through the SeekHeads (RFC 9559 §5.1.1). */
async function readParts(reader: WindowReader, segment: Segment): Promise<Parts> {
  const parts: Parts = { info: null, tracks: null, cues: null, firstClusterAt: null }
  const seekHeads: Uint8Array[] = []
  let at = segment.start
  for (let elements = 0; at < segment.end; elements++) {
    if (elements === MAX_ELEMENTS) throw malformed('thousands of elements before the first Cluster')
    const element = await elementAt(reader, at)
    if (element.id === ID.cluster) {
      parts.firstClusterAt = at
      break
    }
    if (element.id === ID.seekHead) seekHeads.push(await bodyOf(reader, element))
    else await takePart(reader, element, parts)
    at = element.bodyAt + element.size
  }
  await followSeekHeads(reader, seekHeads, segment, parts)
  return parts
}

/** SeekHeads may name further SeekHeads: each place is visited once. Places outside the file are missing parts. */
async function followSeekHeads(
  reader: WindowReader,
  heads: Uint8Array[],
  segment: Segment,
  parts: Parts,
): Promise<void> {
  const seeks = heads.flatMap((head) => seeksIn(head, segment))
  const visited = new Set<number>()
  for (let seek = seeks.shift(); seek !== undefined && visited.size < MAX_SEEKS; seek = seeks.shift()) {
    if (visited.has(seek.at) || isKnown(parts, seek.id)) continue
    visited.add(seek.at)
    const body = await bodyNamed(reader, seek)
    const part = PARTS.get(seek.id)
    if (part !== undefined) parts[part] = body
    else if (body !== null) seeks.push(...seeksIn(body, segment))
  }
}

/** Info, Tracks, Cues and one more SeekHead are four; the rest are for files with wrong ones among them. */
const MAX_SEEKS = 16

/** A part that was found, or one that nobody needs. */
function isKnown(parts: Parts, id: number): boolean {
  const part = PARTS.get(id)
  return part === undefined ? id !== ID.seekHead : parts[part] !== null
}

/** Null where something else stands, or nothing that can be read: the part is missing then. */
async function bodyNamed(reader: WindowReader, seek: { id: number; at: number }): Promise<Uint8Array | null> {
  try {
    const element = await elementAt(reader, seek.at)
    return element.id === seek.id ? await bodyOf(reader, element) : null
  } catch (error) {
    if (error instanceof ContainerError) return null
    throw error
  }
}

const PARTS: ReadonlyMap<number, 'info' | 'tracks' | 'cues'> = new Map([
  [ID.info, 'info'],
  [ID.tracks, 'tracks'],
  [ID.cues, 'cues'],
])

async function takePart(reader: WindowReader, element: Placed, parts: Parts): Promise<void> {
  const part = PARTS.get(element.id)
  if (part !== undefined && parts[part] === null) parts[part] = await bodyOf(reader, element)
}

function seeksIn(head: Uint8Array, segment: Segment): { id: number; at: number }[] {
  return elementsIn(head)
    .filter((element) => element.id === ID.seek)
    .map((element) => new MasterElement(element.body))
    .map((seek) => ({ id: seek.uint(ID.seekId) ?? 0, at: segment.start + (seek.uint(ID.seekPosition) ?? 0) }))
    .filter((seek) => seek.at > segment.start && seek.at < segment.end)
}

/** Cues of a day of film are some MB, the codec data in Tracks less. */
const MAX_PART_BYTES = 16 * 1024 * 1024

async function bodyOf(reader: WindowReader, { bodyAt, size }: Placed): Promise<Uint8Array> {
  if (size === UNKNOWN_SIZE) throw malformed('an index part of unknown size')
  if (size > MAX_PART_BYTES) throw new ContainerError('too-large', `Matroska: an index part of ${size} bytes`)
  const body = await reader.read(bodyAt, size)
  if (body.byteLength < size) throw truncated()
  return body
}

async function elementAt(reader: WindowReader, at: number): Promise<Placed> {
  const header = readElementHeader(await reader.read(at, MAX_ELEMENT_HEADER_BYTES), 0)
  if (header === null) throw truncated()
  if (header.size === UNKNOWN_SIZE && header.id !== ID.segment && header.id !== ID.cluster) {
    throw malformed('an element of unknown size that is neither Segment nor Cluster')
  }
  return { ...header, at, bodyAt: at + header.headerLength }
}

function malformed(what: string): ContainerError {
  return new ContainerError('malformed', `Matroska: ${what}`)
}

function notMatroska(what: string): ContainerError {
  return new ContainerError('not-this-container', `not Matroska: ${what}`)
}

function truncated(): ContainerError {
  return new ContainerError('truncated', 'Matroska: the file ends before its tracks are described')
}
