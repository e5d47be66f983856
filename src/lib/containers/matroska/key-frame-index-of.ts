import { ContainerError } from '../container-error.ts'
import type { Gop, KeyFrameIndex } from '../key-frame-index.ts'
import type { RandomAccess } from '../random-access.ts'
import { type Asking, answeredTogether } from './asking.ts'
import { type Cue, codecDelayTicks, type MatroskaFile, type MatroskaTrack } from './matroska-file.ts'
import { type BlockPlace, BlockWalk, walkBlocks } from './walk-blocks.ts'

/**
 * An index, or why there is none to trust: `no-video`; `no-cues` for the video; `partial` Cues, which leave out key frames
 * or the beginning or the end of the film; `contradiction` between Cues and blocks. Then only a scan of all packets tells.
 */
export type KeyFrameIndexResult =
  | { readonly index: KeyFrameIndex }
  | {
      readonly index: null
      readonly reason: 'no-video' | 'no-cues' | 'partial' | 'contradiction'
      readonly detail: string
    }

export interface KeyFrameIndexOptions {
  /** Cues further apart than this may well leave out key frames between them: `partial`. */
  readonly maxGapSec?: number
  /** The first video track when not given. */
  readonly trackNumber?: number
}

/**
 * The key frames of a video track from the Cues, each checked against its block: times are those that ffprobe prints.
 * `byteLength` counts all tracks, from this key frame's block to the next one's. Reads block headers only, some
 * hundred bytes at a time. Rejects only with what reading the file rejects with.
 */
export async function keyFrameIndexOf(
  mkv: MatroskaFile,
  file: RandomAccess,
  options: KeyFrameIndexOptions = {},
): Promise<KeyFrameIndexResult> {
  const track = mkv.tracks.find((one) => one.kind === 'video' && (options.trackNumber ?? one.number) === one.number)
  if (track === undefined || mkv.firstClusterAt === null) return refused('no-video', 'there is no video track')
  try {
    const budget = { blocks: MIN_BUDGET + BLOCKS_PER_CUE * (mkv.cues?.length ?? 0) }
    return await buildIndex({ mkv, file, track, budget, maxGapSec: options.maxGapSec ?? DEFAULT_MAX_GAP_SEC })
  } catch (error) {
    if (error instanceof Refusal) return error.result
    if (error instanceof ContainerError) return refused('contradiction', error.message)
    throw error
  }
}

const DEFAULT_MAX_GAP_SEC = 30

interface Film {
  /** How many more blocks may be looked at. */
  readonly budget: { blocks: number }
  readonly mkv: MatroskaFile
  readonly file: RandomAccess
  readonly track: MatroskaTrack
  readonly maxGapSec: number
}

async function buildIndex(film: Film): Promise<KeyFrameIndexResult> {
  const cues = cuesOf(film)
  await checkBeginning(film, cues)
  const keys = await answeredTogether(
    film.file,
    cues.map((cue) => readKey(film, cue)),
  )
  const tail = await readTail(film, cues)
  const secOf = (ticks: number): number =>
    ((ticks - codecDelayTicks(film.mkv, film.track)) * film.mkv.timestampScaleNs) / 1e9
  const starts = keys.map((key) => secOf(key.block.ticks))
  const endSec = secOf(tail.endTicks)
  const gapAt = starts.findIndex((startSec, index) => (starts[index + 1] ?? endSec) - startSec > film.maxGapSec)
  if (gapAt >= 0) throw new Refusal('partial', `no cue for over ${film.maxGapSec} s after ${starts[gapAt]} s`)
  const gops = keys.map((key, index): Gop => {
    const end = keys[index + 1]?.block.at ?? tail.endAt
    return { startSec: starts[index] ?? 0, byteLength: end - key.block.at, closed: key.closed }
  })
  return { index: { gops, endSec } }
}

/** The video's cues, one per place, forward in time and in the file. */
function cuesOf({ mkv, track }: Film): Cue[] {
  const own = (mkv.cues ?? []).filter((cue) => cue.trackNumber === track.number).toSorted((a, b) => a.ticks - b.ticks)
  const cues = own.filter((cue, index) => cue.ticks !== own[index - 1]?.ticks)
  if (cues.length === 0) throw new Refusal('no-cues', 'no cue names the video')
  const outside = cues.find((cue) => cue.clusterAt >= mkv.segmentEnd)
  if (outside !== undefined) throw new Refusal('contradiction', `a cue points behind the end of the file`)
  return cues
}

/** The first picture of the film must be the first one that the Cues name. */
async function checkBeginning(film: Film, cues: readonly Cue[]): Promise<void> {
  const { mkv, file, track } = film
  for await (const block of limited(film, walkBlocks(file, mkv, mkv.firstClusterAt ?? 0))) {
    if (block.trackNumber !== track.number) continue
    if (block.ticks === cues[0]?.ticks) return
    throw new Refusal('partial', 'the Cues do not name the first picture')
  }
  throw new Refusal('contradiction', 'no picture was found')
}

interface Key {
  readonly block: BlockPlace
  readonly closed: boolean
}

/** The key frame's block, and whether a picture that follows it in the file is shown before it. */
function* readKey(film: Film, cue: Cue): Asking<Key> {
  const { clusterAt, relativePosition } = cue
  const walk = new BlockWalk(film.file.size, film.mkv, { clusterAt, relativePosition, readAheadBytes: CUE_READ_BYTES })
  let key: BlockPlace | null = null
  for (let block = yield* walk.next(); block !== null; block = yield* walk.next()) {
    spend(film)
    if (block.trackNumber !== film.track.number) continue
    if (key === null) key = keyAt(cue, block)
    else if (block.ticks !== key.ticks) return { block: key, closed: block.ticks > key.ticks }
  }
  if (key === null) throw new Refusal('contradiction', `no picture where a cue says one is at tick ${cue.ticks}`)
  return { block: key, closed: true }
}

/** The walk begins at the cue's block, or at its Cluster: then other pictures may come first. */
function keyAt(cue: Cue, block: BlockPlace): BlockPlace | null {
  if (block.ticks === cue.ticks && block.isKey) return block
  if (cue.relativePosition === null) return null
  throw new Refusal('contradiction', `the block at tick ${block.ticks} is not the key frame at ${cue.ticks}`)
}

function blocksFrom({ file, mkv }: Film, cue: Cue): AsyncGenerator<BlockPlace> {
  return walkBlocks(file, mkv, cue.clusterAt, cue.relativePosition)
}

interface Tail {
  readonly endTicks: number
  readonly endAt: number
}

/**
 * From the last cue to the end of the film every block is looked at: where it ends, and that no key frame without a cue
 * is left. A film that ends with a single picture tells its length only by the one before.
 */
async function readTail(film: Film, cues: readonly Cue[]): Promise<Tail> {
  const short = await walkTail(film, cues.slice(-1))
  const { endAt, lastTicks, lengthTicks } = short.lengthTicks === null ? await walkTail(film, cues.slice(-2)) : short
  return { endTicks: lastTicks + (lengthTicks ?? 0), endAt }
}

interface TailWalk {
  readonly endAt: number
  readonly lastTicks: number
  readonly lengthTicks: number | null
}

/** Walks from the first of the `cues` on, which are the last ones of the film. */
async function walkTail(film: Film, cues: readonly Cue[]): Promise<TailWalk> {
  const { mkv, track } = film
  const [first, last] = [cues[0], cues.at(-1)]
  if (first === undefined || last === undefined) throw new Refusal('no-cues', 'no cue names the video')
  const maxTicks = (film.maxGapSec * 1e9) / mkv.timestampScaleNs
  const end = new EndOfTrack(track.defaultDurationNs === null ? null : track.defaultDurationNs / mkv.timestampScaleNs)
  let endAt = last.clusterAt
  for await (const block of limited(film, blocksFrom(film, first))) {
    endAt = block.end
    if (block.trackNumber !== track.number) continue
    const isUnknownKey = block.isKey && block.ticks > last.ticks
    if (isUnknownKey || block.ticks - last.ticks > maxTicks) {
      throw new Refusal('partial', `no cue names what follows tick ${last.ticks}`)
    }
    end.add(block)
  }
  return { endAt, lastTicks: end.lastTicks, lengthTicks: end.lengthTicks }
}

/** The picture shown last, and how long: what it says, what is usual in the track, or as long as the one before it. */
class EndOfTrack {
  readonly #usual: number | null
  #last: BlockPlace | null = null
  #ticksBefore: number | null = null

  constructor(usual: number | null) {
    this.#usual = usual
  }

  add(block: BlockPlace): void {
    if (this.#last === null || block.ticks > this.#last.ticks) {
      this.#ticksBefore = this.#last?.ticks ?? null
      this.#last = block
    } else if (block.ticks < this.#last.ticks) {
      this.#ticksBefore = Math.max(this.#ticksBefore ?? block.ticks, block.ticks)
    }
  }

  get lastTicks(): number {
    return this.#last?.ticks ?? 0
  }

  get lengthTicks(): number | null {
    const distance = this.#ticksBefore === null ? null : this.lastTicks - this.#ticksBefore
    return this.#last?.durationTicks ?? this.#usual ?? distance
  }
}

async function* limited(film: Film, blocks: AsyncGenerator<BlockPlace>): AsyncGenerator<BlockPlace> {
  for await (const block of blocks) {
    spend(film)
    yield block
  }
}

/** Ends walks that lead nowhere: an index is not worth so many small reads. */
function spend({ budget }: Film): void {
  if (budget.blocks-- <= 0) throw new Refusal('partial', 'too many blocks say too little')
}

/** After the last cue: half a minute of film with many sound tracks. Sound that goes on for hours is over it. */
const MIN_BUDGET = 20_000

/** Blocks of other tracks before the picture after the key frame; pictures before it in its Cluster. */
const BLOCKS_PER_CUE = 50

/**
 * Two reads per cue as a rule: from the head of the Cluster over the header of the key frame, and from its end over a
 * little sound to the next picture. A system reads no less than a page.
 */
const CUE_READ_BYTES = 768

class Refusal extends Error {
  readonly result: KeyFrameIndexResult

  constructor(reason: 'no-cues' | 'partial' | 'contradiction', detail: string) {
    super(detail)
    this.result = refused(reason, detail)
  }
}

function refused(reason: 'no-video' | 'no-cues' | 'partial' | 'contradiction', detail: string): KeyFrameIndexResult {
  return { index: null, reason, detail }
}
