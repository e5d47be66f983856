import { ContainerError } from '../container-error.ts'
import type { RandomAccess } from '../random-access.ts'
import { storedAv1Units } from './av1-frame.ts'
import { BatchBuilder, MAX_BATCH_BYTES, type WindowBatch } from './batch-builder.ts'
import { DecodeTimes, type TimedFrame } from './decode-times.ts'
import { readingObstacle } from './directly-readable.ts'
import { FileStream, memoryForMatroska } from './file-stream.ts'
import { type Frame, FrameReader, type WantedTrack } from './frame-reader.ts'
import { codecDelayTicks, type MatroskaFile, type MatroskaTrack, trackOf } from './matroska-file.ts'
import type { PayloadMemory } from '../payload-memory.ts'
import { PayloadSlabs } from '../payload-slabs.ts'
import { SampleWindow } from './sample-window.ts'
import { MAX_INTERLEAVE_SEC, startClusterOf } from './start-cluster.ts'
import { readTimings, type TrackTiming } from './track-timing.ts'

export interface SampleWishes {
  readonly trackNumbers: readonly number[]
  /** Container times in seconds at which windows begin, ascending; the first may be -Infinity. Frames before it are left out. */
  readonly borders: readonly number[]
  /** First window wanted, by track number; 0 when not said. Reading begins near there when the file has Cues. */
  readonly from?: ReadonlyMap<number, number>
  /** Where payload is put; whoever is done with payload may give it back to it. */
  readonly memory?: PayloadMemory
}

/**
 * The samples of some tracks in the order of the file, each track in decode order, in batches of one window and at most
 * some 8 MiB. `trackId` is the track number; ticks are those of `sampleTimescale`. A window of pictures begins with the
 * first sync sample at or a millisecond before its border, one of sound with the first sample at or behind it. A batch
 * without samples says that a track, which is far behind the others or has ended, has nothing before that window.
 * Where reading begins changes neither times nor windows. A file that is cut off ends with its last whole frame.
 * Rejects with ContainerError: `unsupported` (compressed or encrypted frames, no such track), `malformed`, `too-large`.
 */
export async function* readMatroskaSamples(
  file: RandomAccess,
  mkv: MatroskaFile,
  { trackNumbers, borders, from = new Map(), memory = memoryForMatroska() }: SampleWishes,
): AsyncGenerator<WindowBatch, void, void> {
  const tracks = trackNumbers.map((number) => readableTrack(mkv, number))
  const timings = await readTimings(file, mkv, tracks)
  const full: WindowBatch[] = []
  const outputs = new Map(
    tracks.map((track) => {
      const timing = timings.get(track.number) as TrackTiming
      const window = { borders, first: from.get(track.number) ?? 0 }
      const slabs = new PayloadSlabs(memory)
      return [track.number, new TrackOutput(track, timing, window, slabs, (batch) => full.push(batch))]
    }),
  )
  const wantedSec = new Map(tracks.map(({ number }) => [number, startSecOf(borders, from.get(number) ?? 0)]))
  const stream = new FileStream(file, await startClusterOf(file, mkv, wantedSec), mkv.segmentEnd, memory)
  const frames = new FrameReader(stream, mkv.timestampScaleNs, wantedTracks(mkv, tracks, timings))
  const merge = new Merge(outputs)
  for (let some = await frames.read(); some !== null; some = await frames.read()) {
    for (const frame of some) merge.push(frame)
    merge.passBorders()
    yield* full.splice(0)
  }
  merge.end()
  yield* full
}

function readableTrack(mkv: MatroskaFile, trackNumber: number): MatroskaTrack {
  const track = trackOf(mkv, trackNumber)
  const obstacle = track === undefined ? 'there is no such track' : readingObstacle(track)
  if (track !== undefined && obstacle === null) return track
  throw new ContainerError('unsupported', `Matroska: track ${trackNumber}: ${obstacle}`)
}

function startSecOf(borders: readonly number[], windowIndex: number): number {
  return windowIndex === 0 ? Number.NEGATIVE_INFINITY : (borders[windowIndex] ?? Number.POSITIVE_INFINITY)
}

function wantedTracks(
  mkv: MatroskaFile,
  tracks: readonly MatroskaTrack[],
  timings: ReadonlyMap<number, TrackTiming>,
): Map<number, WantedTrack> {
  return new Map(
    tracks.map((track) => {
      const strippedHeader = track.encoding.kind === 'header-stripping' ? track.encoding.header : null
      const frameNs = timings.get(track.number)?.frameNs ?? null
      return [track.number, { delayTicks: codecDelayTicks(mkv, track), frameNs, strippedHeader }]
    }),
  )
}

/** Tracks side by side: none may hold back much, and none may make the others wait for what it does not have. */
class Merge {
  readonly #outputs: ReadonlyMap<number, TrackOutput>
  #newestNs = Number.NEGATIVE_INFINITY
  #pendingBytes = 0

  constructor(outputs: ReadonlyMap<number, TrackOutput>) {
    this.#outputs = outputs
  }

  push(frame: Frame): void {
    this.#outputs.get(frame.trackNumber)?.push(frame)
    if (frame.timeNs > this.#newestNs) this.#newestNs = frame.timeNs
    this.#pendingBytes += frame.size
    if (this.#pendingBytes < MAX_BATCH_BYTES) return
    for (const output of this.#outputs.values()) output.flush()
    this.#pendingBytes = 0
  }

  passBorders(): void {
    for (const output of this.#outputs.values()) output.pass(this.#newestNs / 1e9 - MAX_INTERLEAVE_SEC)
  }

  end(): void {
    for (const output of this.#outputs.values()) output.end()
  }
}

const NOTHING: readonly Uint8Array[] = []

interface PlacedFrame extends TimedFrame {
  readonly pieces: readonly Uint8Array[]
  readonly windowIndex: number
}

interface Windows {
  readonly borders: readonly number[]
  readonly first: number
}

/** From the frames of a track to its batches. */
class TrackOutput {
  readonly #track: MatroskaTrack
  readonly #timing: TrackTiming
  readonly #window: SampleWindow
  readonly #times: DecodeTimes<PlacedFrame>
  readonly #slabs: PayloadSlabs
  readonly #batches: BatchBuilder
  readonly #firstWindow: number
  #newestNs = Number.NEGATIVE_INFINITY

  constructor(
    track: MatroskaTrack,
    timing: TrackTiming,
    windows: Windows,
    slabs: PayloadSlabs,
    emit: (batch: WindowBatch) => void,
  ) {
    this.#track = track
    this.#timing = timing
    this.#window = new SampleWindow(windows.borders, timing.timescale, track.kind === 'video' ? 'pictures' : 'other')
    this.#slabs = slabs
    this.#batches = new BatchBuilder(track.number, emit)
    this.#firstWindow = windows.first
    const frameTicks = timing.frameNs === null ? null : this.#ticks(timing.frameNs)
    this.#times = new DecodeTimes({ ...timing, frameTicks }, (sample, { pieces, windowIndex }) => {
      if (windowIndex >= windows.first) this.#batches.add(sample, pieces, windowIndex)
    })
  }

  push(frame: Frame): void {
    const sync = frame.isKey || this.#track.kind === 'audio'
    const pts = this.#timing.ticksOf(frame.timeNs)
    const windowIndex = this.#window.next(pts, sync)
    // What nobody wants still counts for the decode times, but its bytes do not.
    const pieces = windowIndex < this.#firstWindow ? NOTHING : this.#stored(frame)
    const size = byteLengthOf(pieces)
    // Nothing but a temporal delimiter.
    if (size === 0 && windowIndex >= this.#firstWindow) return
    this.#newestNs = Math.max(this.#newestNs, frame.timeNs)
    this.#times.push({
      pts,
      size,
      sync,
      duration: this.#statedTicks(frame),
      discard: this.#ticks(frame.discardNs),
      pieces,
      windowIndex,
    })
  }

  flush(): void {
    this.#batches.flush()
  }

  /** The film has come so far that nothing of this track before `timeSec` is to be expected any more. */
  pass(timeSec: number): void {
    if (this.#newestNs / 1e9 >= timeSec) return
    const windowIndex = this.#window.pass(timeSec)
    if (windowIndex === null) return
    this.#times.end()
    if (windowIndex >= this.#firstWindow) this.#batches.announce(windowIndex)
  }

  end(): void {
    this.#times.end()
    this.#batches.flush()
    this.#slabs.close()
  }

  /** Writers disagree whether a BlockDuration counts the sound that is to be discarded: the length of frames is sure. */
  #statedTicks({ durationNs, discardNs }: Frame): number | null {
    return durationNs === null || (discardNs > 0 && this.#timing.frameNs !== null) ? null : this.#ticks(durationNs)
  }

  #stored({ pieces, size }: Frame): readonly Uint8Array[] {
    if (this.#track.codecId !== 'V_AV1') return this.#slabs.keep(pieces, size)
    const units = storedAv1Units(pieces, size)
    return this.#slabs.keep(units, byteLengthOf(units))
  }

  #ticks(ns: number): number {
    return Math.round((ns * this.#timing.timescale) / 1e9)
  }
}

function byteLengthOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, piece) => sum + piece.byteLength, 0)
}
