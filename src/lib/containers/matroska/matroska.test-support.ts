import { createHash } from 'node:crypto'
import { inMemory, openFile } from '../iso-bmff/media.test-support.ts'
import type { RandomAccess } from '../random-access.ts'
import type { Sample } from '../sample.ts'
import type { WindowBatch } from './batch-builder.ts'
import { ID } from './element-id.ts'
import type { MatroskaFile } from './matroska-file.ts'
import { readMatroska } from './read-matroska.ts'
import { readMatroskaSamples, type SampleWishes } from './read-matroska-samples.ts'

/** A sample with what was read for it. */
export interface ReadSample extends Sample {
  readonly windowIndex: number
  readonly hash: string
}

/** All samples that reading gives, by track. */
export async function collect(
  file: RandomAccess,
  mkv: MatroskaFile,
  wishes: SampleWishes,
): Promise<Map<number, ReadSample[]>> {
  const tracks = new Map<number, ReadSample[]>(wishes.trackNumbers.map((number) => [number, []]))
  for await (const batch of readMatroskaSamples(file, mkv, wishes)) {
    tracks.get(batch.trackId)?.push(...samplesOf(batch))
  }
  return tracks
}

function samplesOf(batch: WindowBatch): ReadSample[] {
  const bytes = Buffer.concat(batch.payload)
  let at = 0
  const samples = batch.samples.map((sample) => {
    at += sample.size
    return { ...sample, windowIndex: batch.windowIndex, hash: sha256(bytes.subarray(at - sample.size, at)) }
  })
  if (at !== bytes.byteLength) throw new Error(`${bytes.byteLength} bytes for samples of ${at}`)
  return samples
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Every sample of a file on disk, as one window. */
export async function collectAll(path: string): Promise<{ mkv: MatroskaFile; tracks: Map<number, ReadSample[]> }> {
  await using file = await openFile(path)
  const mkv = await readMatroska(file)
  const trackNumbers = mkv.tracks.map((track) => track.number)
  return { mkv, tracks: await collect(file, mkv, { trackNumbers, borders: [Number.NEGATIVE_INFINITY] }) }
}

/** Reads a file made by hand to its end. */
export async function collectBytes(bytes: Uint8Array): Promise<Map<number, ReadSample[]>> {
  const file = inMemory(bytes)
  const mkv = await readMatroska(file)
  const trackNumbers = mkv.tracks.map((track) => track.number)
  return collect(file, mkv, { trackNumbers, borders: [Number.NEGATIVE_INFINITY] })
}

type Body = Uint8Array | readonly Uint8Array[] | number | string

/** An element with its size in as few bytes as possible; numbers are unsigned, lists are master elements. */
export function element(id: number, body: Body): Uint8Array {
  const bytes = bodyBytes(body)
  return join([uint(id), vint(bytes.byteLength), bytes])
}

/** An element that does not say how long it is. */
export function endless(id: number, ...children: readonly Uint8Array[]): Uint8Array {
  return join([uint(id), Uint8Array.of(0x01, 255, 255, 255, 255, 255, 255, 255), ...children])
}

function bodyBytes(body: Body): Uint8Array {
  if (typeof body === 'number') return uint(body)
  if (typeof body === 'string') return new TextEncoder().encode(body)
  return body instanceof Uint8Array ? body : join(body)
}

export function float64(value: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setFloat64(0, value)
  return bytes
}

export function join(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts))
}

/** As few bytes as hold the number. */
export function uint(value: number): Uint8Array {
  const digits = value.toString(16)
  return Uint8Array.from(Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex'))
}

/** A variable-size integer, in `length` bytes or as few as hold it. */
export function vint(value: number, length = Math.max(1, Math.ceil(Math.log2(value + 2) / 7))): Uint8Array {
  const bytes = Buffer.from((BigInt(value) + (1n << BigInt(7 * length))).toString(16).padStart(2 * length, '0'), 'hex')
  return Uint8Array.from(bytes)
}

export interface BlockWish {
  readonly track?: number
  readonly ticks?: number
  /** Key flag 0x80, lacing 0x02 Xiph, 0x04 fixed, 0x06 EBML. */
  readonly flags?: number
  readonly data: Uint8Array
}

export function simpleBlock(wish: BlockWish): Uint8Array {
  return element(ID.simpleBlock, blockBody({ flags: 0x80, ...wish }))
}

export function blockBody({ track = 1, ticks = 0, flags = 0, data }: BlockWish): Uint8Array {
  return join([vint(track), Uint8Array.of((ticks >> 8) & 255, ticks & 255, flags), data])
}

export function cluster(ticks: number, ...blocks: readonly Uint8Array[]): Uint8Array {
  return element(ID.cluster, [element(ID.timestamp, ticks), ...blocks])
}

export function ebmlHeader(docType = 'matroska'): Uint8Array {
  return element(ID.ebml, [element(ID.docType, docType)])
}

export interface TrackWish {
  readonly number?: number
  readonly type?: number
  readonly codec?: string
  readonly more?: readonly Uint8Array[]
}

export function trackEntry({ number = 1, type = 1, codec = 'V_VP9', more = [] }: TrackWish = {}): Uint8Array {
  return element(ID.trackEntry, [
    element(ID.trackNumber, number),
    element(ID.trackUid, number),
    element(ID.trackType, type),
    element(ID.codecId, codec),
    ...more,
  ])
}

/** A whole file: header, Segment, one Tracks element and what follows. */
export function matroska(tracks: readonly Uint8Array[], ...rest: readonly Uint8Array[]): Uint8Array {
  return join([ebmlHeader(), element(ID.segment, [element(ID.tracks, tracks), ...rest])])
}
