import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type ProductError, ToolFailedError } from '#domain/errors.ts'
import type { SubtitlePlan } from '#domain/ingest-plan.ts'
import type { ExtractedSubtitle } from '#domain/media-tool.ts'
import type { ContainerTrack } from '#lib/containers/sample.ts'
import { ContainerError } from '#lib/containers/container-error.ts'
import type { SegmentPiece } from '#lib/containers/segmenter/segment-piece.ts'
import type { RunningProcess } from '#lib/process/start-process.ts'
import { arrivals } from './arrivals.ts'
import type { CutContext } from './cut-context.ts'
import { type SegmentMaker, segmentMaker } from './fitted-track.ts'
import { type PipePart, partsOfPipe } from './parts-of-pipe.ts'
import { type PipeSeek, seekOptions } from './seek-options.ts'
import { transcodeLimits } from './run-limits.ts'
import { runTool } from './run-tool.ts'
import { originalFormat, originalName, webvttName } from './subtitle-outputs.ts'
import { damageIn, toolError } from './tool-errors.ts'
import { descriptorOf, type PipedTrack, transcodeOptions } from './transcode-options.ts'

export interface PipedWork {
  /** Positions in plan.tracks. */
  readonly positions: readonly number[]
  readonly subtitles: readonly SubtitlePlan[]
}

const STALL_LIMIT_MS = 60_000
/** A run waits whenever the store is slow, for hours: the watchdog and the limit on processor time end what hangs. */
const TIME_LIMIT_MS = 7 * 24 * 3600_000
/** What may wait in memory while some track has not begun. */
const MAX_HELD_BYTES = 32 * 1024 * 1024

/** One run of ffmpeg that delivers copied and encoded tracks through pipes and subtitles as files. */
export class PipedTracks implements AsyncDisposable {
  readonly tracks = new Map<number, ContainerTrack>()
  readonly #context: CutContext
  readonly #work: PipedWork
  readonly #process: RunningProcess
  readonly #parts: AsyncIterator<PipePart>
  /** What came before all tracks were known. */
  #held: PipePart[] = []
  #damage: string | null = null

  private constructor(context: CutContext, work: PipedWork, child: RunningProcess) {
    this.#context = context
    this.#work = work
    this.#process = child
    const pipes = work.positions.map((position, index) => partsOfPipe(position, child.output(descriptorOf(index))))
    this.#parts = arrivals(work.positions.length === 0 ? [] : pipes)
  }

  /** Starts the run and waits until the tracks are known. Rejects with what `toolError` makes of a run that fails. */
  static async start(context: CutContext, work: PipedWork): Promise<PipedTracks> {
    const { tools, media, plan, bordersSec, encoder, threads, workFolder, signal } = context
    const tracks = work.positions.map((position) => pipedTrack(context, position))
    const job = { tracks, subtitles: work.subtitles, originSec: plan.startSec, bordersSec, encoder, threads }
    const needsEncoder = tracks.some(({ plan: track }) => track.kind === 'video' && track.action === 'encode')
    const child = await runTool(tools, {
      tool: 'ffmpeg',
      input: media.file,
      before: [
        ...BEFORE,
        '-threads',
        String(threads),
        ...(needsEncoder ? encoder.before : []),
        ...seekOptions(seekOf(context, work)),
      ],
      options: (out) => transcodeOptions({ ...job, version: tools.ffmpeg.version }, out),
      outputFolder: workFolder,
      devices: needsEncoder ? encoder.devices : [],
      limits: transcodeLimits(media.info, {
        durationSec: plan.durationSec,
        threads,
        outputs: tracks.length + 2 * work.subtitles.length,
        limitsMemory: !(needsEncoder && encoder.needsAddressSpace),
      }),
      timeLimitMs: TIME_LIMIT_MS,
      stallLimitMs: STALL_LIMIT_MS,
      extraPipes: Math.max(0, tracks.length - 1),
      signal,
    })
    const piped = new PipedTracks(context, work, child)
    try {
      await piped.#awaitTracks()
      return piped
    } catch (error) {
      await piped[Symbol.asyncDispose]()
      throw error
    }
  }

  /** Reads on until each track has told what it is; only a track that begins very late is not waited for. */
  async #awaitTracks(): Promise<void> {
    let heldBytes = 0
    while (this.tracks.size < this.#work.positions.length && heldBytes < MAX_HELD_BYTES) {
      const { done, value } = await this.#nextPart()
      if (done) break
      this.#held.push(value)
      if (value.part.kind === 'batch') heldBytes += byteLengthOf(value.part.batch.payload)
      else this.#learn(value.position, value.part.tracks)
    }
    if (this.tracks.size > 0 || this.#work.positions.length === 0) return
    // Nothing more of any track is fine when a cut goes on near the end.
    const end = await this.#process.ended
    if (end.exitCode !== 0) throw toolError(end, 'Cutting the film')
  }

  #learn(position: number, [track]: readonly ContainerTrack[]): void {
    if (track !== undefined) this.tracks.set(position, { ...track, id: position })
  }

  async *pieces(): AsyncGenerator<SegmentPiece> {
    const makers = new Map<number, SegmentMaker>()
    for await (const { position, part } of this.#allParts()) {
      if (part.kind === 'batch') {
        yield* makers.get(position)?.add(part.batch) ?? []
        continue
      }
      this.#learn(position, part.tracks)
      const track = this.tracks.get(position)
      if (track === undefined || makers.has(position)) continue
      const maker = segmentMaker(this.#context, position, track)
      makers.set(position, maker)
      yield* maker.begin()
    }
    for (const maker of makers.values()) yield* maker.end()
    await this.#finish()
  }

  async *#allParts(): AsyncGenerator<PipePart> {
    for (let part = this.#held.shift(); part !== undefined; part = this.#held.shift()) yield part
    for (let next = await this.#nextPart(); !next.done; next = await this.#nextPart()) yield next.value
  }

  async #nextPart(): Promise<IteratorResult<PipePart>> {
    try {
      return await this.#parts.next()
    } catch (error) {
      // A run that dies leaves half a fragment behind: why it died says more.
      if (error instanceof ContainerError) throw await this.#failure(error)
      throw error
    }
  }

  async #finish(): Promise<void> {
    const end = await this.#process.ended
    if (end.exitCode !== 0) throw toolError(end, 'Cutting the film')
    this.#damage = damageIn(end.stderr)
  }

  async #failure(cause?: ContainerError): Promise<ProductError> {
    const end = await this.#process.ended
    if (cause === undefined || end.exitCode !== 0) return toolError(end, 'Cutting the film')
    return new ToolFailedError('Cutting the film failed.', {
      why: `ffmpeg wrote what cannot be read: ${cause.message}.`,
    })
  }

  damage(): string | null {
    return this.#damage
  }

  /** When the run has ended: the subtitle tracks, those without a single cue left out. */
  async *subtitles(): AsyncGenerator<ExtractedSubtitle> {
    await this.#process.ended
    for (const plan of this.#work.subtitles) {
      const format = originalFormat(plan)
      const [bytes, webvtt] = await Promise.all([
        this.#written(originalName(plan.name, format)),
        plan.form === 'text' ? this.#written(webvttName(plan.name)) : null,
      ])
      if (bytes !== null) yield { name: plan.name, original: { format, bytes }, webvtt }
    }
  }

  async #written(name: string): Promise<Uint8Array | null> {
    const bytes = await readFile(join(this.#context.workFolder, name)).catch(() => null)
    return bytes === null || bytes.byteLength === 0 ? null : bytes
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]()
  }
}

/**
 * Times as the container has them; pictures without a time get one (AVI, MPEG-PS); what cannot be decoded is left out
 * instead of ending the run.
 */
const BEFORE = ['-v', 'error', '-max_error_rate', '1', '-copyts', '-fflags', '+genpts']

function pipedTrack({ plan, media, from }: CutContext, position: number): PipedTrack {
  const track = plan.tracks[position]
  if (track === undefined) throw new RangeError(`The plan has no track ${position}.`)
  const stream = media.info.streams.find(({ index }) => index === track.streamIndex)
  return {
    plan: track,
    details: media.details.get(track.streamIndex),
    interlaced: stream?.kind === 'video' && stream.interlaced,
    from: from[position] ?? 0,
    startSec: stream?.startSec ?? plan.startSec,
  }
}

/** Where reading may begin: before the earliest segment that any track still wants, at the beginning for subtitles. */
function seekOf({ bordersSec, from, media }: CutContext, { positions, subtitles }: PipedWork): PipeSeek {
  const first = subtitles.length > 0 ? 0 : Math.min(...positions.map((position) => from[position] ?? 0))
  return { wantedSec: first === 0 ? null : (bordersSec[first] ?? null), containerStartSec: media.info.startSec }
}

function byteLengthOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, piece) => sum + piece.byteLength, 0)
}
