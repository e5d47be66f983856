import { MediaDamagedError, ToolFailedError } from '#domain/errors.ts'
import type { SubtitlePlan } from '#domain/ingest-plan.ts'
import type { CutEvent, SegmentPiece } from '#domain/media-tool.ts'
import { ahead } from '#lib/concurrency/ahead.ts'
import { inPlayOrder } from '#lib/containers/segmenter/play-order.ts'
import type { SegmentPiece as TrackPiece } from '#lib/containers/segmenter/segment-piece.ts'
import type { CutContext, PieceSource } from './cut-context.ts'
import { DirectTracks, directTracks } from './direct-tracks.ts'
import { inStep } from './in-step.ts'
import { PipedTracks, type PipedWork } from './piped-tracks.ts'
import { trackFormat } from './track-format.ts'
import { SOFTWARE_ENCODER } from './video-encoder.ts'

/**
 * Cuts everything in one pass: copied tracks that we can read come straight from the file, all others through one run of
 * ffmpeg. After the last piece it throws MediaDamagedError when the file could not be read to its end.
 */
export async function* cutMedia(
  context: CutContext,
  subtitles: readonly SubtitlePlan[],
): AsyncGenerator<CutEvent, void, undefined> {
  const { plan, signal } = context
  signal.throwIfAborted()
  await using stack = new AsyncDisposableStack()
  const { direct, piped } = await chooseSources(context)
  const runs: PipedTracks[] = []
  for (const work of pipedWork(context, piped, subtitles)) runs.push(stack.use(await startRun(context, work)))
  const sources: PieceSource[] = [...(direct.size > 0 ? [new DirectTracks(context, direct)] : []), ...runs]

  const tracks = new Map(sources.flatMap((source) => [...source.tracks]))
  yield { kind: 'formats', formats: plan.tracks.map((track, position) => trackFormat(track, tracks.get(position))) }
  let reachedSec = 0
  for await (const piece of joined(context, sources)) {
    reachedSec = Math.max(reachedSec, piece.ends === undefined ? 0 : piece.ends.startSec + piece.ends.durationSec)
    yield { kind: 'piece', piece }
  }
  for (const run of runs) {
    for await (const subtitle of run.subtitles()) yield { kind: 'subtitle', subtitle }
  }
  signal.throwIfAborted()
  refuseDamage(context, sources, reachedSec)
}

/**
 * Positions of the tracks that still want segments, by who reads them. Who reads a track follows from the file and the plan
 * alone, never from what is still wanted: a cut that goes on has to match the init segment of the one before.
 */
async function chooseSources(context: CutContext) {
  const { plan, from, bordersSec } = context
  const positions = [...plan.tracks.keys()]
  const isWanted = (position: number) => (from[position] ?? 0) < bordersSec.length
  const readable = await directTracks(context, positions)
  const direct = new Map([...readable].filter(([position]) => isWanted(position)))
  return { direct, piped: positions.filter((position) => isWanted(position) && !readable.has(position)) }
}

/** One run for everything; subtitles get their own when the others go on in the middle of the film. */
function pipedWork(
  { from }: CutContext,
  positions: readonly number[],
  subtitles: readonly SubtitlePlan[],
): PipedWork[] {
  if (positions.every((position) => (from[position] ?? 0) === 0)) {
    return positions.length + subtitles.length === 0 ? [] : [{ positions, subtitles }]
  }
  return [{ positions, subtitles: [] }, ...(subtitles.length === 0 ? [] : [{ positions: [], subtitles }])]
}

/**
 * Hardware that gives up at the very beginning is replaced by libx264. A cut that goes on cannot change its encoder: the
 * init segment that players have belongs to the other one.
 */
async function startRun(context: CutContext, work: PipedWork): Promise<PipedTracks> {
  try {
    return await PipedTracks.start(context, work)
  } catch (error) {
    const goesOn = work.positions.some((position) => (context.from[position] ?? 0) > 0)
    const mayReplace = error instanceof ToolFailedError && context.encoder !== SOFTWARE_ENCODER && !goesOn
    if (!mayReplace) throw error
    context.warn(`${context.encoder.name} failed, libx264 encodes this film: ${error.why ?? error.message}`)
    return PipedTracks.start({ ...context, encoder: SOFTWARE_ENCODER }, work)
  }
}

/** Each source works ahead of the others by this much. */
const MAX_AHEAD_BYTES = 4 * 1024 * 1024
/** Pieces of one track wait for those of another that a player asks for before. */
const MAX_HELD_BYTES = 24 * 1024 * 1024

async function* joined({ plan, signal }: CutContext, sources: readonly PieceSource[]): AsyncGenerator<SegmentPiece> {
  const weightOf = ({ byteLength }: TrackPiece) => byteLength
  const moving = sources.map((source) => ahead(source.pieces(), { maxWeight: MAX_AHEAD_BYTES, weightOf }))
  const trackRank = new Map(plan.tracks.map((_, position) => [position, position]))
  for await (const piece of inPlayOrder(inStep(moving), { trackRank, maxHeldBytes: MAX_HELD_BYTES })) {
    signal.throwIfAborted()
    const { trackId: track, index, bytes, byteLength, ends } = piece
    const isReencoded = plan.tracks[track]?.kind === 'video' && plan.reencode.some((one) => one.index === index)
    const span = index === 'init' ? { startSec: 0, durationSec: 0 } : ends
    const release = () => {
      for (const source of sources) source.giveBack?.(bytes)
    }
    yield { track, index, bytes, byteLength, release, ...(span && { ends: { ...span, reencoded: isReencoded } }) }
  }
}

/** A film is cut short when this much of what the plan knows of never came. */
const MISSING_SEC = 2
const MISSING_SHARE = 0.01

function refuseDamage(
  { plan, from, bordersSec }: CutContext,
  sources: readonly PieceSource[],
  reachedSec: number,
): void {
  const complaints = sources.map((source) => source.damage()).filter((one) => one !== null)
  const wasAtEnd = from.every((index) => index >= bordersSec.length)
  const missingSec = wasAtEnd ? 0 : plan.durationSec - reachedSec
  const isShort = missingSec > Math.max(MISSING_SEC, plan.durationSec * MISSING_SHARE)
  if (!isShort && complaints.length === 0) return
  throw new MediaDamagedError('The file is damaged; what can be played is here.', {
    why: [isShort ? shortBy(reachedSec, plan.durationSec) : 'Parts of it are missing or broken.', ...complaints].join(
      ' ',
    ),
    fix: 'Upload the whole file again if you have it.',
  })
}

function shortBy(reachedSec: number, durationSec: number): string {
  return `It could be read up to ${timeOfDay(reachedSec)} of ${timeOfDay(durationSec)}.`
}

function timeOfDay(seconds: number): string {
  const whole = Math.floor(seconds)
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  return parts.map((part) => String(part).padStart(2, '0')).join(':')
}
