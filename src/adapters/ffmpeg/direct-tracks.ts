import { ContainerError } from '#lib/containers/container-error.ts'
import { memoryForMovies, readMovieSamples } from '#lib/containers/iso-bmff/read-movie-samples.ts'
import { memoryForMatroska } from '#lib/containers/matroska/file-stream.ts'
import { readMatroskaSamples } from '#lib/containers/matroska/read-matroska-samples.ts'
import type { PayloadMemory } from '#lib/containers/payload-memory.ts'
import type { ContainerTrack, SampleBatch } from '#lib/containers/sample.ts'
import type { SegmentPiece } from '#lib/containers/segmenter/segment-piece.ts'
import type { CutContext, PieceSource } from './cut-context.ts'
import { segmentMaker } from './fitted-track.ts'
import { matroskaTracks } from './matroska-tracks.ts'
import { trackIdOf } from './open-container.ts'

/** The tracks of a cut that our own readers take straight out of the file, bits untouched. */
export class DirectTracks implements PieceSource {
  /** By position in plan.tracks; `id` is the track's number in the container. */
  readonly tracks: ReadonlyMap<number, ContainerTrack>
  readonly #context: CutContext
  readonly #memory: PayloadMemory
  #damage: string | null = null

  constructor(context: CutContext, tracks: ReadonlyMap<number, ContainerTrack>) {
    this.#context = context
    this.#memory = context.container.kind === 'matroska' ? memoryForMatroska() : memoryForMovies()
    this.tracks = tracks
  }

  async *pieces(): AsyncGenerator<SegmentPiece> {
    // Samples carry the number in the container, pieces the position in the plan.
    const makers = new Map(
      [...this.tracks].map(([position, track]) => [track.id, segmentMaker(this.#context, position, track)]),
    )
    for (const maker of makers.values()) yield* maker.begin()
    try {
      for await (const batch of this.#batches()) yield* makers.get(batch.trackId)?.add(batch) ?? []
    } catch (error) {
      // What was read so far is good; the rest of the file is not.
      if (!(error instanceof ContainerError)) throw error
      this.#damage = error.message
    }
    for (const maker of makers.values()) yield* maker.end()
  }

  #batches(): AsyncIterable<SampleBatch> {
    const { container, file, bordersSec, from } = this.#context
    const ids = [...this.tracks.values()].map(({ id }) => id)
    const borders = [Number.NEGATIVE_INFINITY, ...bordersSec.slice(1)]
    const first = new Map([...this.tracks].map(([position, { id }]) => [id, from[position] ?? 0]))
    const memory = this.#memory
    if (container.kind === 'movie') {
      return readMovieSamples(file, container.movie, { trackIds: ids, borders, from: first, memory })
    }
    if (container.kind === 'matroska') {
      return readMatroskaSamples(file, container.mkv, { trackNumbers: ids, borders, from: first, memory })
    }
    throw new RangeError('nothing can be read directly')
  }

  giveBack(bytes: readonly Uint8Array[]): void {
    this.#memory.giveBack(bytes)
  }

  damage(): string | null {
    const { container } = this.#context
    const isCutOff = container.kind === 'matroska' && container.mkv.truncated
    return this.#damage ?? (isCutOff ? 'The file ends earlier than it says.' : null)
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** Those of the copied tracks of the plan that our readers can take, by position. */
export async function directTracks(
  context: CutContext,
  positions: readonly number[],
): Promise<Map<number, ContainerTrack>> {
  const { container, media, plan } = context
  const ids = new Map(
    positions.flatMap((position) => {
      const track = plan.tracks[position]
      const id = track?.action === 'copy' ? trackIdOf(container, media, track.kind, track.streamIndex) : null
      return id === null ? [] : [[position, id]]
    }),
  )
  if (container.kind === 'matroska') return matroskaTracks(context, container.mkv, ids)
  if (container.kind === 'none') return new Map()
  const readable = container.movie.tracks.filter(({ directlyReadable }) => directlyReadable)
  const byId = new Map(readable.map(({ track }) => [track.id, track]))
  return new Map(
    [...ids].flatMap(([position, id]) => (byId.has(id) ? [[position, byId.get(id) as ContainerTrack]] : [])),
  )
}
