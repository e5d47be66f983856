import { type TrackId, trackIdOf, type VideoId } from '#domain/ids.ts'
import type { IngestPlan } from '#domain/ingest-plan.ts'
import type { SegmentPiece } from '#domain/media-tool.ts'
import type { Segment, Slice } from '#domain/video.ts'
import { segmentEntryName } from '#domain/entry-names.ts'
import type { PackWriter } from './pack-writer.ts'

/** A planned border and the cut that was made may differ by rounding of timestamps. */
const ROUNDING_SEC = 0.25

/** Joins pieces to segments on their way into the packs. */
export class SegmentWriter {
  readonly #videoId: VideoId
  readonly #plan: IngestPlan
  readonly #packs: PackWriter
  readonly #open = new Map<string, Slice[]>()
  #previous: Promise<unknown> = Promise.resolve()
  /** Segments written to their end. */
  count = 0
  bytesWritten = 0

  constructor(videoId: VideoId, plan: IngestPlan, packs: PackWriter) {
    this.#videoId = videoId
    this.#plan = plan
    this.#packs = packs
  }

  /**
   * The segment when this was its last piece, else null. Init segments count as segments of length 0. Calls need not wait for
   * one another: what is recorded is recorded in their order, so that no segment is missing before one that is there.
   */
  async write(piece: SegmentPiece): Promise<Segment | null> {
    const track = this.#plan.tracks[piece.track]
    if (!track) throw new RangeError(`The cut made a track ${piece.track} that nobody planned.`)
    const trackId = trackIdOf(this.#videoId, track.name)
    const name = segmentEntryName({ trackId, index: piece.index })
    const plannedStart = piece.index === 'init' ? 0 : (this.#plan.borders[piece.index] ?? 0)
    const writing = Promise.all([this.#packs.write(name, piece.bytes, plannedStart), this.#previous])
    const recording = writing.then(([slices]) => this.#record(piece, trackId, name, slices))
    this.#previous = recording
    return recording
  }

  #record(piece: SegmentPiece, trackId: TrackId, name: string, written: readonly Slice[]): Segment | null {
    const slices = [...(this.#open.get(name) ?? []), ...written]
    this.bytesWritten += piece.byteLength
    if (!piece.ends) {
      this.#open.set(name, slices)
      return null
    }
    this.#open.delete(name)
    const times = piece.index === 'init' ? { startSec: 0, durationSec: 0 } : this.#timesOf(piece.index, piece.ends)
    const byteLength = slices.reduce((sum, { length }) => sum + length, 0)
    const segment = { trackId, index: piece.index, ...times, byteLength, slices, reencoded: piece.ends.reencoded }
    this.#packs.endSegment(name, segment)
    this.count++
    return segment
  }

  /** The planned times, equal in all tracks, so that playlists never drift apart; the last segment ends where it ends. */
  #timesOf(index: number, ends: { readonly startSec: number; readonly durationSec: number }) {
    const startSec = this.#plan.borders[index] ?? ends.startSec
    const endSec = ends.startSec + ends.durationSec
    const next = this.#plan.borders[index + 1]
    const asPlanned = next !== undefined && Math.abs(next - endSec) < ROUNDING_SEC
    return { startSec, durationSec: Math.max(0.001, (asPlanned ? next : endSec) - startSec) }
  }
}
