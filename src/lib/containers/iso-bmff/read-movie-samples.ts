import { PayloadMemory } from '../payload-memory.ts'
import type { RandomAccess } from '../random-access.ts'
import type { SampleBatch } from '../sample.ts'
import type { Movie, MovieTrack } from './read-movie.ts'
import { type PlannedRead, planReads, READ_BYTES, type SampleRun } from './read-plan.ts'
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
  /** Where payload is read into; whoever is done with payload may give it back to it. */
  readonly memory?: PayloadMemory
}

/** As large as a read. */
export function memoryForMovies(): PayloadMemory {
  return new PayloadMemory(READ_BYTES)
}

/** Samples of one track inside one window. */
export interface WindowBatch extends SampleBatch {
  readonly windowIndex: number
  /** No more samples of this track come in this window. */
  readonly endsWindow: boolean
}

/** Each of 8 MiB at most: what is held beside the batch that the consumer works on. */
const READS_IN_FLIGHT = 2

/**
 * The samples of some tracks, each track window by window in decode order, the tracks alternating as they do in the file,
 * in batches of 8 MiB at most (a larger sample comes alone). Around a border one track may already be in the next window
 * while another still ends the one before. A track without samples in a window has no batch there. Payload is views of
 * what was read. An interleaved file is read from front to back, each byte once.
 * Throws ContainerError when the file is shorter than its index says; RangeError for a track that cannot be read.
 */
export async function* readMovieSamples(
  file: RandomAccess,
  movie: Movie,
  request: MovieSamplesRequest,
): AsyncGenerator<WindowBatch> {
  const windows = new Windows(movie, request)
  const memory = request.memory ?? memoryForMovies()
  const pending: { read: PlannedRead; bytes: Promise<Uint8Array> }[] = []
  for (const read of planReads(windows.runs())) {
    const length = read.end - read.start
    const bytes = readExactly(file, read.start, length, memory.take(length))
    // A failed read is told when its turn comes; nobody may be waiting for it by then.
    bytes.catch(() => undefined)
    pending.push({ read, bytes })
    if (pending.length < READS_IN_FLIGHT) continue
    const next = pending.shift()
    if (next !== undefined) yield* batchesOf(next.read, lent(next.read, await next.bytes, memory), windows)
  }
  for (const { read, bytes } of pending) yield* batchesOf(read, lent(read, await bytes, memory), windows)
}

/** All samples of a read go on; what lies between them does not. */
function lent({ runs }: PlannedRead, bytes: Uint8Array, memory: PayloadMemory): Uint8Array {
  for (const { track, first, end } of runs) {
    for (let index = first; index < end; index++) memory.lend(bytes, track.samples.size[index] ?? 0)
  }
  memory.close(bytes)
  return bytes
}

/** Which samples of which tracks are in which window. */
class Windows {
  readonly #starts: ReadonlyMap<MovieTrack, readonly number[]>
  readonly #request: MovieSamplesRequest

  constructor(movie: Movie, request: MovieSamplesRequest) {
    const tracks = request.trackIds.map((id) => readableTrack(movie, id))
    this.#starts = new Map(tracks.map((track) => [track, windowStarts(track, request.borders)]))
    this.#request = request
  }

  *runs(): Generator<SampleRun[]> {
    const { borders, from } = this.#request
    for (const windowIndex of borders.keys()) {
      const wanted = [...this.#starts].filter(([{ track }]) => windowIndex >= (from?.get(track.id) ?? 0))
      yield wanted.map(([track, starts]) => {
        return { track, windowIndex, first: starts[windowIndex] ?? 0, end: this.endOf(track, windowIndex) }
      })
    }
  }

  endOf(track: MovieTrack, windowIndex: number): number {
    return this.#starts.get(track)?.[windowIndex + 1] ?? track.samples.length
  }
}

function readableTrack(movie: Movie, id: number): MovieTrack {
  const track = movie.tracks.find((one) => one.track.id === id)
  if (track?.directlyReadable !== true) throw new RangeError(`track ${id} cannot be read directly`)
  return track
}

function* batchesOf({ start, runs }: PlannedRead, bytes: Uint8Array, windows: Windows): Generator<WindowBatch> {
  for (const { track, windowIndex, first, end } of runs) {
    const samples = Array.from({ length: end - first }, (_, position) => sampleAt(track.samples, first + position))
    const payload = piecesOf(track, first, end, start, bytes)
    const endsWindow = end === windows.endOf(track, windowIndex)
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
