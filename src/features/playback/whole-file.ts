import type { ByteRange } from '#domain/blob-store.ts'
import { ConflictError, MediaDamagedError } from '#domain/errors.ts'
import { MEDIA_ORIGIN_SEC } from '#domain/ingest-plan.ts'
import type { Segment } from '#domain/video.ts'
import { ContainerError } from '#lib/containers/container-error.ts'
import { composeSegmentIndex } from '#lib/containers/iso-bmff/compose-segment-index.ts'
import { joinInits, mediaTimescaleOf } from '#lib/containers/iso-bmff/join-inits.ts'
import { DECODE_TIME_BYTES, decodeTimeOf, renumberFragments } from '#lib/containers/iso-bmff/renumber-fragments.ts'
import { threeLetterCode } from '#lib/language-tag/three-letter-code.ts'
import { audioGroups } from './audio-groups.ts'
import type { PlayableTrack, PlayableVideo } from './playable-video.ts'
import type { SliceReader } from './slice-reader.ts'

/** A video as one file: a head and the segments of its tracks in play order. Nothing of it exists but the head. */
export interface WholeFile {
  readonly mediaType: 'video/mp4' | 'audio/mp4' | 'video/mp2t'
  readonly byteLength: number
  readonly head: Uint8Array
  readonly parts: readonly FilePart[]
}

interface FilePart {
  /** From the first byte of the file. */
  readonly offset: number
  readonly track: PlayableTrack
  readonly segment: Segment
  /** Of the track in this file, from 1. */
  readonly trackId: number
  /** See `renumberFragments`. */
  readonly earlierTicks: number
  /** Sequence numbers of its fragments begin here. */
  readonly sequence: number
}

/** The ingest puts segments up to this size into one fragment, larger ones into several. */
const ONE_FRAGMENT_BYTES = 8 * 1024 * 1024
/** The ingest makes no more of one segment (see `fmp4Format`). */
const MAX_FRAGMENTS_PER_SEGMENT = 1024

/**
 * The picture and one encoding of every voice as fragmented MP4 with an index; MPEG-TS when there is but one track. The same
 * video always gives the same bytes. Throws ConflictError for a video that is not complete, or whose tracks are MPEG-TS
 * apart; rejects as `SliceReader.read`.
 */
export async function wholeFileOf(
  video: PlayableVideo,
  slices: Pick<SliceReader, 'read'>,
  { oneFragmentBytes = ONE_FRAGMENT_BYTES }: { readonly oneFragmentBytes?: number } = {},
): Promise<WholeFile> {
  if (video.video.state !== 'ready') {
    const [message, fix] =
      video.video.state === 'failed'
        ? ['The video was never completed.', 'Try it again; what was stored of it can be watched as a stream.']
        : ['The video is not complete yet.', 'Wait until it is ready; until then it can be watched as a stream.']
    throw new ConflictError(message, { fix })
  }
  const tracks = chosenTracks(video)
  const inits = await Promise.all(tracks.map(async ({ init }) => init && (await bytesOf(init, slices))))
  if (video.packaging === 'fmp4' && inits.every((init) => init !== null)) {
    const placing = inits.map((init, at) => place(tracks[at] as PlayableTrack, init, slices))
    return joinedMp4(video, await Promise.all(placing).catch(asDamage), oneFragmentBytes)
  }
  const [only, more] = tracks
  if (!only || more) {
    throw new ConflictError('This video cannot be had as one file.', {
      why: 'Its tracks are stored as MPEG transport streams of their own.',
      fix: 'Watch its playlist, or download that with any HLS downloader.',
    })
  }
  const { parts, byteLength } = layOut([{ track: only, earlierTicks: 0 }], 0)
  return { mediaType: 'video/mp2t', head: new Uint8Array(0), parts, byteLength }
}

/** The first picture, then every voice once, the default one first: some players take the first. */
function chosenTracks({ tracks }: PlayableVideo): readonly PlayableTrack[] {
  const picture = tracks.find(({ track }) => track.kind === 'video')
  const sounds = tracks.filter(({ track }) => track.kind === 'audio')
  const [group] = audioGroups(sounds.map(({ track }) => track))
  const voices = (group?.members ?? []).toSorted((one, other) => Number(other.isDefault) - Number(one.isDefault))
  const chosen = voices.flatMap(({ track }) => sounds.find((each) => each.track === track) ?? [])
  return picture ? [picture, ...chosen] : chosen
}

/** A track and how it is moved so that the file begins at 0. */
interface PlacedTrack {
  readonly track: PlayableTrack
  readonly init: Uint8Array
  readonly earlierTicks: number
  /** What is left to be skipped: decoding begins before showing. */
  readonly startTicks: number
}

/** As far back as its first fragment allows. */
async function place(track: PlayableTrack, init: Uint8Array, slices: Pick<SliceReader, 'read'>): Promise<PlacedTrack> {
  const [first] = track.segments
  const originTicks = Math.round(MEDIA_ORIGIN_SEC * mediaTimescaleOf(init))
  const head = first && (await bytesOf({ ...first, byteLength: DECODE_TIME_BYTES }, slices))
  const earlierTicks = head ? Math.min(decodeTimeOf(head), originTicks) : 0
  return { track, init, earlierTicks, startTicks: originTicks - earlierTicks }
}

function joinedMp4(video: PlayableVideo, tracks: readonly PlacedTrack[], oneFragmentBytes: number): WholeFile {
  const hasPicture = tracks[0]?.track.track.kind === 'video'
  const joined = tracks.map(({ track, ...placed }, index) => ({
    ...placed,
    language: threeLetterCode(track.track.language),
    // They are in the order in which players should like them.
    isDefault: index <= (hasPicture ? 1 : 0),
  }))
  const movie = joinInits(joined, video.playableSec)
  const laidOut = layOut(tracks, 0)
  // Of an index with parts of several fragments ffmpeg reads only the first after a jump; without one it reads them all.
  const canIndex = laidOut.parts.every(({ segment }) => segment.byteLength <= oneFragmentBytes)
  const head = concat([movie, ...(canIndex ? indexesOf(laidOut, tracks) : [])])
  return { mediaType: hasPicture ? 'video/mp4' : 'audio/mp4', head, ...layOut(tracks, head.byteLength) }
}

/** Segments of the same number lie together, in the order of the tracks: what is played together. */
function layOut(
  tracks: readonly Pick<PlacedTrack, 'track' | 'earlierTicks'>[],
  headBytes: number,
): Pick<WholeFile, 'parts' | 'byteLength'> {
  const found = tracks.flatMap(({ track, earlierTicks }, at) =>
    track.segments.map((segment) => ({ track, segment, trackId: at + 1, earlierTicks })),
  )
  found.sort((one, other) => Number(one.segment.index) - Number(other.segment.index) || one.trackId - other.trackId)
  let byteLength = headBytes
  const parts = found.map((part, at): FilePart => {
    const offset = byteLength
    byteLength += part.segment.byteLength
    return { ...part, offset, sequence: at * MAX_FRAGMENTS_PER_SEGMENT + 1 }
  })
  return { parts, byteLength }
}

/**
 * One index per track, each over the others and the parts that follow: ffmpeg seeks each track by its own, and without one
 * by that of another in the wrong ticks. None when one cannot be written.
 */
function indexesOf(laidOut: Pick<WholeFile, 'parts' | 'byteLength'>, tracks: readonly PlacedTrack[]): Uint8Array[] {
  const indexes: Uint8Array[] = []
  let following = 0
  for (const track of tracks.toReversed()) {
    const index = indexOf(laidOut, track, { trackId: tracks.indexOf(track) + 1, following })
    if (!index) return []
    indexes.unshift(index)
    following += index.byteLength
  }
  return indexes
}

/** Each segment of the track leads to all that lies before its next. `following`: bytes between this index and the parts. */
function indexOf(
  { parts, byteLength }: Pick<WholeFile, 'parts' | 'byteLength'>,
  { init, startTicks }: PlacedTrack,
  { trackId, following }: { readonly trackId: number; readonly following: number },
): Uint8Array | null {
  const timescale = mediaTimescaleOf(init)
  const led = parts.filter((part) => part.trackId === trackId)
  const ticksAt = (sec: number) => Math.round(sec * timescale)
  const rows = led.map(({ offset, segment }, at) => {
    const next = led[at + 1]
    const endSec = next?.segment.startSec ?? segment.startSec + segment.durationSec
    return { byteLength: (next?.offset ?? byteLength) - offset, ticks: ticksAt(endSec) - ticksAt(segment.startSec) }
  })
  const earliestTicks = startTicks + ticksAt(led[0]?.segment.startSec ?? 0)
  return composeSegmentIndex({
    ...{ trackId, timescale, parts: rows, firstOffset: following + (led[0]?.offset ?? 0) },
    earliestTicks: Math.max(0, earliestTicks),
  })
}

/** The first `byteLength` bytes of the slices. */
async function bytesOf(
  { slices, byteLength }: Pick<Segment, 'slices' | 'byteLength'>,
  reader: Pick<SliceReader, 'read'>,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(byteLength)
  let at = 0
  for await (const chunk of reader.read(slices, { range: { first: 0, last: byteLength - 1 } })) {
    bytes.set(chunk, at)
    at += chunk.byteLength
  }
  return bytes
}

export interface WholeFileReading {
  /** All when missing. */
  readonly range?: ByteRange | undefined
  readonly signal: AbortSignal
  /** Called before each segment is read. */
  readonly onSegment?: (track: PlayableTrack, segment: Segment) => void
}

/**
 * The bytes of the file, or of a range within, as they are read: a segment at a time, each proved before its last byte
 * goes on. Rejects as `SliceReader.read`, and with MediaDamagedError for a segment that is none of ours.
 */
export async function* readWholeFile(
  file: WholeFile,
  { range, signal, onSegment }: WholeFileReading,
  slices: Pick<SliceReader, 'read'>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { first, last } = range ?? { first: 0, last: file.byteLength - 1 }
  if (first < file.head.byteLength) yield file.head.subarray(first, last + 1)
  for (let at = partAt(file, first); at < file.parts.length; at++) {
    const part = file.parts[at] as FilePart
    if (part.offset > last) return
    onSegment?.(part.track, part.segment)
    const whole = slices.read(part.segment.slices, { signal })
    const bytes = file.mediaType === 'video/mp2t' ? whole : asOurs(renumberFragments(whole, part))
    yield* cutOut(bytes, first - part.offset, last - part.offset)
  }
}

/** The first part that ends behind this byte. */
function partAt({ parts }: WholeFile, offset: number): number {
  let [low, high] = [0, parts.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const part = parts[middle] as FilePart
    if (part.offset + part.segment.byteLength <= offset) low = middle + 1
    else high = middle
  }
  return low
}

/** From byte `first` to byte `last`, both included and counted from the first of the chunks. */
async function* cutOut(chunks: AsyncIterable<Uint8Array>, first: number, last: number): AsyncGenerator<Uint8Array> {
  let at = 0
  for await (const chunk of chunks) {
    const piece = chunk.subarray(Math.max(0, first - at), Math.max(0, last + 1 - at))
    at += chunk.byteLength
    if (piece.byteLength > 0) yield piece
    if (at > last) return
  }
}

async function* asOurs(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks
  } catch (error) {
    asDamage(error)
  }
}

function asDamage(error: unknown): never {
  if (!(error instanceof ContainerError)) throw error
  throw new MediaDamagedError('A segment of this video is not as it was cut.', { why: error.message, cause: error })
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.byteLength
  }
  return bytes
}
