import { ContainerError } from '../container-error.ts'
import type { ContainerTrack, SampleBatch } from '../sample.ts'
import { type BoxHeader, MAX_BOX_HEADER_BYTES, printable, readBoxHeader } from './box-reader.ts'
import { concat } from './box-writer.ts'
import { ByteQueue } from './byte-queue.ts'
import { type FragmentedTrack, readMovieFragment, type TrackFragment } from './movie-fragment.ts'
import { readMovieHeader } from './movie-header.ts'
import { sampleAt } from './sample-table.ts'

export type FragmentStreamPart =
  | { readonly kind: 'init'; readonly tracks: readonly ContainerTrack[] }
  | { readonly kind: 'batch'; readonly batch: SampleBatch }

/**
 * Reads fragmented MP4 while it is being written, as ffmpeg does to a pipe: first the tracks, then per fragment and track
 * a batch. Payload is views of the chunks; at most two
 * fragments of each track are held. The consumer's `return()` ends the source.
 * Throws ContainerError, `truncated` too when the stream ends inside a box.
 */
export async function* readFragmentStream(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<FragmentStreamPart> {
  const source = chunks[Symbol.asyncIterator]()
  try {
    yield* parts(new ByteQueue(source))
  } finally {
    await source.return?.()
  }
}

/** A `moov` or `moof` of ffmpeg has some kilobytes; a fragment of half a second of the heaviest video, 100 MB. */
const MAX_HEADER_BYTES = 64 * 2 ** 20
const MAX_FRAGMENT_BYTES = 2 ** 30

async function* parts(queue: ByteQueue): AsyncGenerator<FragmentStreamPart> {
  const tracks = new Map<number, FragmentedTrack>()
  const held = new Map<number, SampleBatch>()
  let pending: TrackFragment[] = []
  for (;;) {
    const start = queue.position
    const header = await nextHeader(queue)
    if (header === null) break
    const length = header.length - header.headerLength
    switch (header.type) {
      case 'moov':
        yield { kind: 'init', tracks: readTracks(await wholeBody(queue, length), tracks) }
        break
      case 'moof':
        pending = readMovieFragment(await wholeBody(queue, length), start, tracks)
        break
      case 'mdat':
        yield* settle(batches(pending, await payloadOf(pending, queue, length)), held)
        pending = []
        break
      default:
        await queue.skip(length)
    }
  }
  if (tracks.size === 0) throw new ContainerError('not-this-container', 'the stream has no movie header')
  if (pending.length > 0) throw new ContainerError('truncated', 'the stream ends between a fragment and its payload')
  for (const batch of held.values()) yield { kind: 'batch', batch: withLastDuration(batch, null) }
}

/**
 * ffmpeg guesses the duration of a fragment's last sample, often as zero; the next fragment of the track knows it. So the
 * newest batch of each track is held back until then.
 */
function* settle(batches: Iterable<SampleBatch>, held: Map<number, SampleBatch>): Generator<FragmentStreamPart> {
  for (const batch of batches) {
    const previous = held.get(batch.trackId)
    held.set(batch.trackId, batch)
    if (previous !== undefined)
      yield { kind: 'batch', batch: withLastDuration(previous, batch.samples[0]?.dts ?? null) }
  }
}

/** At the end of the track (`nextDts` null) a missing duration becomes that of the sample before. */
function withLastDuration(batch: SampleBatch, nextDts: number | null): SampleBatch {
  const last = batch.samples.at(-1)
  if (last === undefined) return batch
  const guessed = last.duration > 0 ? last.duration : (batch.samples.at(-2)?.duration ?? 0)
  const duration = nextDts === null || nextDts <= last.dts ? guessed : nextDts - last.dts
  return { ...batch, samples: batch.samples.with(-1, { ...last, duration }) }
}

async function nextHeader(queue: ByteQueue): Promise<BoxHeader | null> {
  if (!(await queue.has(1))) return null
  await queue.has(MAX_BOX_HEADER_BYTES)
  const header = readBoxHeader(queue.peek(MAX_BOX_HEADER_BYTES))
  if (header === null) throw new ContainerError('truncated', 'the stream ends inside a box header')
  if (header.length === 0)
    throw new ContainerError('malformed', `box ${printable(header.type)} of no length in a stream`)
  await queue.take(header.headerLength)
  return header
}

async function wholeBody(queue: ByteQueue, length: number): Promise<Uint8Array> {
  if (length > MAX_HEADER_BYTES) throw new ContainerError('too-large', `a header of ${length} bytes`)
  return concat(await queue.take(length))
}

function readTracks(moov: Uint8Array, into: Map<number, FragmentedTrack>): ContainerTrack[] {
  const { tracks } = readMovieHeader(moov)
  for (const { track, defaults } of tracks) {
    into.set(track.id, { id: track.id, defaults, alwaysSync: track.kind === 'audio', nextDts: 0 })
  }
  return tracks.map(({ track }) => track)
}

interface Payload {
  readonly start: number
  readonly pieces: readonly Uint8Array[]
}

async function payloadOf(fragments: readonly TrackFragment[], queue: ByteQueue, length: number): Promise<Payload> {
  const start = queue.position
  if (fragments.length === 0) {
    await queue.skip(length)
    return { start, pieces: [] }
  }
  if (length > MAX_FRAGMENT_BYTES) throw new ContainerError('too-large', `a fragment of ${length} bytes`)
  return { start, pieces: await queue.take(length) }
}

function* batches(fragments: readonly TrackFragment[], payload: Payload): Generator<SampleBatch> {
  for (const { trackId, samples: table } of fragments) {
    if (table.length === 0) continue
    const samples = Array.from({ length: table.length }, (_, index) => sampleAt(table, index))
    const ranges = rangesOf(table.offset, table.size)
    const pieces = ranges.flatMap(({ start, end }) => cutOut(payload, start, end))
    yield { trackId, samples, payload: pieces }
  }
}

/** Neighbouring samples as one range. */
function rangesOf(offsets: Float64Array, sizes: Uint32Array): { start: number; end: number }[] {
  const ranges: { start: number; end: number }[] = []
  for (const [index, start] of offsets.entries()) {
    const end = start + (sizes[index] ?? 0)
    const last = ranges.at(-1)
    if (last !== undefined && last.end === start) last.end = end
    else ranges.push({ start, end })
  }
  return ranges
}

function cutOut({ start: payloadStart, pieces }: Payload, start: number, end: number): Uint8Array[] {
  const cut: Uint8Array[] = []
  let at = payloadStart
  for (const piece of pieces) {
    const part = piece.subarray(Math.max(0, start - at), Math.max(0, end - at))
    if (part.byteLength > 0) cut.push(part)
    at += piece.byteLength
  }
  if (start < payloadStart || end > at) throw new ContainerError('malformed', 'samples outside of their payload')
  return cut
}
