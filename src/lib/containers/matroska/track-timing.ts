import { ContainerError } from '../container-error.ts'
import type { RandomAccess } from '../random-access.ts'
import { audioFrameNs } from './audio-frame-length.ts'
import { MAX_REORDER } from './decode-times.ts'
import { readLaces } from './lacing.ts'
import { type Cue, codecDelayTicks, type MatroskaFile, type MatroskaTrack } from './matroska-file.ts'
import { reorderDepth } from './reorder-depth.ts'
import { type BlockPlace, walkBlocks } from './walk-blocks.ts'

/** How the times of a track become ticks of samples. The same for every reader of the file, wherever it begins. */
export interface TrackTiming {
  /** Ticks per second. */
  readonly timescale: number
  /** From one frame to the next; null when they differ or nothing tells. */
  readonly frameNs: number | null
  /** See DecodeTimesOptions. */
  readonly depth: number
  readonly lookAhead: number
  /** Container time to ticks. */
  ticksOf(timeNs: number): number
}

/** MP4 counts the distance of two samples in 32 bits: finer than this, an hour's pause would not fit. */
const MAX_TIMESCALE = 1_000_000

/**
 * Ticks per second of a track's samples: the sampling rate for sound, so that frames have their exact length; else the
 * ticks of the file, so that times are what ffprobe prints.
 */
export function sampleTimescale(mkv: MatroskaFile, track: MatroskaTrack): number {
  const rate = track.codecId === 'A_OPUS' ? 48_000 : (track.audio?.samplingRateHz ?? 0)
  if (Number.isInteger(rate) && rate >= 8000 && rate <= MAX_TIMESCALE) return rate
  const ticksPerSec = 1e9 / mkv.timestampScaleNs
  return Number.isInteger(ticksPerSec) && ticksPerSec <= MAX_TIMESCALE ? ticksPerSec : MAX_TIMESCALE
}

/** Looks at block headers at the beginning of the film, and for pictures also at some places further on. */
export async function readTimings(
  file: RandomAccess,
  mkv: MatroskaFile,
  tracks: readonly MatroskaTrack[],
): Promise<Map<number, TrackTiming>> {
  const sounds = tracks.filter((track) => track.kind === 'audio')
  const reordered = tracks.filter((track) => track.kind === 'video' && !SHOWN_AS_DECODED.has(track.codecId))
  const starts = await readStarts(file, mkv, sounds, reordered)
  const timings = tracks.map(async (track): Promise<[number, TrackTiming]> => {
    const timescale = sampleTimescale(mkv, track)
    if (track.kind === 'audio') return [track.number, await soundTiming(file, mkv, track, starts, timescale)]
    const depth = reordered.includes(track) ? await depthOf(file, mkv, track, starts) : 0
    const frameNs = track.defaultDurationNs
    const lookAhead = track.kind === 'video' ? MAX_REORDER : 0
    return [track.number, { timescale, frameNs, depth, lookAhead, ticksOf: (ns) => toTicks(ns, timescale) }]
  })
  return new Map(await Promise.all(timings))
}

/** One block holds what is shown at one time, in the order of showing. */
const SHOWN_AS_DECODED: ReadonlySet<string> = new Set(['V_VP8', 'V_VP9', 'V_AV1', 'V_MJPEG', 'V_PRORES', 'V_FFV1'])

function toTicks(timeNs: number, timescale: number): number {
  return Math.round((timeNs * timescale) / 1e9)
}

/** The first blocks of each track: one of a sound track, a few groups of pictures. */
type Starts = ReadonlyMap<number, readonly BlockPlace[]>

const FIRST_PICTURES = 96

/** A track that begins later than this has no start to go by. */
const MAX_START_BLOCKS = 3000

async function readStarts(
  file: RandomAccess,
  mkv: MatroskaFile,
  sounds: readonly MatroskaTrack[],
  videos: readonly MatroskaTrack[],
): Promise<Starts> {
  const wanted = new Map([...sounds.map((one) => [one.number, 1] as const), ...videos.map(wantedPictures)])
  const starts = new Map([...wanted.keys()].map((number) => [number, [] as BlockPlace[]]))
  let missing = [...wanted.values()].reduce((sum, count) => sum + count, 0)
  let blocks = 0
  for await (const block of walkBlocks(file, mkv, mkv.firstClusterAt ?? mkv.segmentEnd)) {
    const found = starts.get(block.trackNumber)
    if (found !== undefined && found.length < (wanted.get(block.trackNumber) ?? 0)) {
      found.push(block)
      missing--
    }
    if (missing === 0 || ++blocks === MAX_START_BLOCKS) break
  }
  return starts
}

function wantedPictures(track: MatroskaTrack): readonly [number, number] {
  return [track.number, FIRST_PICTURES]
}

/** Places in the film where reordering is looked at, and pictures there. */
const PLACES = 4
const PICTURES_THERE = 32
const MAX_BLOCKS_THERE = 400

async function depthOf(file: RandomAccess, mkv: MatroskaFile, track: MatroskaTrack, starts: Starts): Promise<number> {
  const cues = (mkv.cues ?? []).filter((cue) => cue.trackNumber === track.number && cue.clusterAt < mkv.segmentEnd)
  const places = Array.from(
    { length: PLACES },
    (_, index) => cues[Math.floor(((index + 1) * cues.length) / (PLACES + 1))],
  )
  const further = await Promise.all(
    places.map(async (cue) => (cue === undefined ? [] : await timesFrom(file, mkv, cue))),
  )
  const first = (starts.get(track.number) ?? []).map((block) => block.ticks)
  return Math.min(MAX_REORDER, Math.max(...[first, ...further].map(reorderDepth)))
}

/** A cue that leads nowhere tells nothing. */
async function timesFrom(file: RandomAccess, mkv: MatroskaFile, cue: Cue): Promise<number[]> {
  const times: number[] = []
  let blocks = 0
  try {
    for await (const block of walkBlocks(file, mkv, cue.clusterAt, cue.relativePosition)) {
      const isOfGroup = times.length > 0 || block.ticks === cue.ticks
      if (block.trackNumber === cue.trackNumber && isOfGroup) times.push(block.ticks)
      if (times.length === PICTURES_THERE || ++blocks === MAX_BLOCKS_THERE) break
    }
  } catch (error) {
    if (!(error instanceof ContainerError)) throw error
  }
  return times
}

async function soundTiming(
  file: RandomAccess,
  mkv: MatroskaFile,
  track: MatroskaTrack,
  starts: Starts,
  timescale: number,
): Promise<TrackTiming> {
  const [first] = starts.get(track.number) ?? []
  const frameNs = audioFrameNs(track, first === undefined ? new Uint8Array() : await firstFrame(file, track, first))
  const startNs = first && (first.ticks - codecDelayTicks(mkv, track)) * mkv.timestampScaleNs
  const plain = (timeNs: number): number => toTicks(timeNs, timescale)
  const ticksOf =
    frameNs === null || startNs === undefined
      ? plain
      : onGrid({ startNs, frameNs, timescale, toleranceNs: Math.max(mkv.timestampScaleNs, MIN_TOLERANCE_NS) })
  return { timescale, frameNs, depth: 0, lookAhead: 0, ticksOf }
}

/** Files with finer ticks are made from files with ticks of a millisecond. */
const MIN_TOLERANCE_NS = 1_000_000

interface Grid {
  readonly startNs: number
  readonly frameNs: number
  readonly timescale: number
  /** A tick: both the first time and the one in question are rounded to ticks. */
  readonly toleranceNs: number
}

/**
 * Frames of equal length follow one another without gaps, though the times in the file jump by a tick: a time that is
 * near a whole number of frames after the first one is meant to be there. Others stay as they are.
 */
function onGrid({ startNs, frameNs, timescale, toleranceNs }: Grid): (timeNs: number) => number {
  const start = toTicks(startNs, timescale)
  const frameTicks = (frameNs * timescale) / 1e9
  const tolerance = Math.min(toTicks(toleranceNs, timescale) + 1, frameTicks / 2)
  return (timeNs) => {
    const ticks = toTicks(timeNs, timescale)
    const meant = start + Math.round(Math.round((ticks - start) / frameTicks) * frameTicks)
    return Math.abs(meant - ticks) <= tolerance ? meant : ticks
  }
}

/** More than the sizes of a laced block and the header of a frame. */
const FIRST_BYTES = 512

async function firstFrame(file: RandomAccess, track: MatroskaTrack, block: BlockPlace): Promise<Uint8Array> {
  const length = block.end - block.dataAt
  const data = await file.read(block.dataAt, Math.min(length, FIRST_BYTES))
  const start = block.lacing === 'none' ? 0 : readLaces(data, block.lacing, length).headerLength
  const header = track.encoding.kind === 'header-stripping' ? track.encoding.header : new Uint8Array()
  return Uint8Array.from([...header, ...data.subarray(start)])
}
