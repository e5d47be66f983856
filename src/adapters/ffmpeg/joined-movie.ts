import { MediaRefusedError } from '#domain/errors.ts'
import { MEDIA_ORIGIN_SEC } from '#domain/ingest-plan.ts'
import { composeFragmentHeader } from '#lib/containers/iso-bmff/compose-fragment.ts'
import { composeMovie } from '#lib/containers/iso-bmff/compose-init.ts'
import type { ContainerTrack } from '#lib/containers/sample.ts'
import type { CodedBatch } from '#lib/containers/segmenter/track-segmenter.ts'
import type { JoinedPart } from './read-rendition.ts'

const MAX_HELD_BYTES = 64 * 1024 * 1024

interface Held {
  readonly position: number
  readonly batch: CodedBatch
}

/**
 * Joined tracks as one fragmented MP4 for ffmpeg to read; track n has number n + 1, presentation zero lies at MEDIA_ORIGIN_SEC.
 * Tracks that have not begun when 64 MiB of the others wait are refused.
 */
export async function* joinedMovie(parts: AsyncIterable<JoinedPart>, count: number): AsyncGenerator<Uint8Array> {
  const movie = new Movie(count)
  for await (const part of parts) yield* movie.add(part)
  yield* movie.end()
}

class Movie {
  readonly #count: number
  readonly #tracks = new Map<number, ContainerTrack>()
  #held: Held[] = []
  #heldBytes = 0
  #hasBegun = false
  #sequence = 0

  constructor(count: number) {
    this.#count = count
  }

  *add(part: JoinedPart): Iterable<Uint8Array> {
    if (part.kind === 'track') {
      this.#tracks.set(part.position, part.track)
      if (this.#tracks.size === this.#count) yield* this.#begin()
    } else if (this.#hasBegun) {
      yield* this.#fragment(part)
    } else {
      this.#held.push(part)
      this.#heldBytes += part.batch.samples.reduce((sum, { size }) => sum + size, 0)
      if (this.#heldBytes > MAX_HELD_BYTES)
        throw new MediaRefusedError('A part of the stream begins too late to be joined.')
    }
  }

  *end(): Iterable<Uint8Array> {
    if (!this.#hasBegun && this.#tracks.size > 0) yield* this.#begin()
  }

  *#begin(): Iterable<Uint8Array> {
    this.#hasBegun = true
    const inOrder = [...this.#tracks].sort(([one], [other]) => one - other)
    yield composeMovie(inOrder.map(([position, track]) => ({ ...track, id: position + 1 })))
    for (const one of this.#held) yield* this.#fragment(one)
    this.#held = []
  }

  *#fragment({ position, batch: { samples, payload } }: Held): Iterable<Uint8Array> {
    const offset = Math.round(MEDIA_ORIGIN_SEC * (this.#tracks.get(position)?.timescale ?? 1))
    const baseDts = (samples[0]?.dts ?? 0) + offset
    yield composeFragmentHeader({ trackId: position + 1, sequence: ++this.#sequence, baseDts, samples })
    yield* payload
  }
}
