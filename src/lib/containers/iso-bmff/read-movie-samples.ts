import type { RandomAccess } from '../random-access.ts'
import type { SampleBatch } from '../sample.ts'
import type { Movie, MovieTrack } from './read-movie.ts'
import { type PlannedRead, planReads, type SampleRun } from './read-plan.ts'
import { sampleAt } from './sample-table.ts'
import { windowStarts } from './sample-windows.ts'
import { readExactly } from './top-level-boxes.ts'

export interface MovieSamplesRequest {
  /** Only tracks that are directly readable. */
  readonly trackIds: readonly number[]
  /** Where windows begin, ascending, in seconds of container time; the first may be -Infinity. The last has no end. */
  readonly borders: readonly number[]
  /** The first window that is wanted of a track, by its number from 0; 0 where nothing is said. */
  readonly from?: ReadonlyMap<number, number>
}

/** Samples of one track inside one window. */
export interface WindowBatch extends SampleBatch {
  readonly windowIndex: number
  /** No more samples of this track come in this window. */
  readonly endsWindow: boolean
}

/** Each of 8 MiB at most: what is held beside the batch that the consumer works on. */
const READS_IN_FLIGHT = 3

/**
 * The samples of some tracks window by window; inside of a window the tracks alternate as they do in the file, each in
 * decode order, in batches of 8 MiB at most (a larger sample comes alone). A track without samples in a window has no
 * batch there. Payload is a view of what was read. An interleaved file is read from front to back.
 * Throws ContainerError when the file is shorter than its index says; RangeError for a track that cannot be read.
 */
export async function* readMovieSamples(
  file: RandomAccess,
  movie: Movie,
  request: MovieSamplesRequest,
): AsyncGenerator<WindowBatch> {
  const pending: { read: WindowRead; bytes: Promise<Uint8Array> }[] = []
  for (const read of windowReads(movie, request)) {
    const bytes = readExactly(file, read.start, read.end - read.start)
    // A failed read is told when its turn comes; nobody may be waiting for it by then.
    bytes.catch(() => undefined)
    pending.push({ read, bytes })
    if (pending.length < READS_IN_FLIGHT) continue
    const next = pending.shift()
    if (next !== undefined) yield* batchesOf(next.read, await next.bytes)
  }
  for (const { read, bytes } of pending) yield* batchesOf(read, await bytes)
}

interface WindowRead extends PlannedRead {
  readonly windowIndex: number
  /** Behind the last sample of each track in this window. */
  readonly ends: ReadonlyMap<MovieTrack, number>
}

function* windowReads(movie: Movie, { trackIds, borders, from }: MovieSamplesRequest): Generator<WindowRead> {
  const tracks = trackIds.map((id) => readableTrack(movie, id))
  const starts = new Map(tracks.map((track) => [track, windowStarts(track, borders)]))
  for (const windowIndex of borders.keys()) {
    const wanted = tracks.filter((one) => windowIndex >= (from?.get(one.track.id) ?? 0))
    const runs = wanted.map((track): SampleRun => {
      const [first, end] = starts.get(track)?.slice(windowIndex, windowIndex + 2) ?? []
      return { track, first: first ?? 0, end: end ?? track.samples.length }
    })
    const ends = new Map(runs.map(({ track, end }) => [track, end]))
    for (const read of planReads(runs)) yield { ...read, windowIndex, ends }
  }
}

function readableTrack(movie: Movie, id: number): MovieTrack {
  const track = movie.tracks.find((one) => one.track.id === id)
  if (track?.directlyReadable !== true) throw new RangeError(`track ${id} cannot be read directly`)
  return track
}

function* batchesOf({ start, runs, windowIndex, ends }: WindowRead, bytes: Uint8Array): Generator<WindowBatch> {
  for (const { track, first, end } of runs) {
    const samples = Array.from({ length: end - first }, (_, position) => sampleAt(track.samples, first + position))
    const payload = piecesOf(track, first, end, start, bytes)
    const endsWindow = end === ends.get(track)
    yield { trackId: track.track.id, samples, payload, windowIndex, endsWindow }
  }
}

/** The bytes of consecutive samples; those that are neighbours in the file are one piece. */
function piecesOf(
  { samples }: MovieTrack,
  first: number,
  end: number,
  readStart: number,
  bytes: Uint8Array,
): Uint8Array[] {
  const pieces: Uint8Array[] = []
  let [pieceStart, pieceEnd] = [0, 0]
  for (let index = first; index < end; index++) {
    const at = (samples.offset[index] ?? 0) - readStart
    if (at !== pieceEnd) {
      if (pieceEnd > pieceStart) pieces.push(bytes.subarray(pieceStart, pieceEnd))
      pieceStart = at
    }
    pieceEnd = at + (samples.size[index] ?? 0)
  }
  if (pieceEnd > pieceStart) pieces.push(bytes.subarray(pieceStart, pieceEnd))
  return pieces
}
