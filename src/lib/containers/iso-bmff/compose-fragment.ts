import { ContainerError } from '../container-error.ts'
import type { Sample } from '../sample.ts'
import { box, concat, fourCc, fullBox, u32, u32Column, u64 } from './box-writer.ts'
import { COMPOSED_TRACK_ID } from './compose-init.ts'

export interface FragmentPlan {
  /** Of a movie of several tracks; missing where there is one. */
  readonly trackId?: number
  /** Counts the fragments of a track from 1. */
  readonly sequence: number
  /** `tfdt` of the first sample, in ticks; from 0 to 2^53. The samples' own times only give the distances. */
  readonly baseDts: number
  /** At least one, in decode order. */
  readonly samples: readonly Sample[]
}

/**
 * All bytes of a CMAF chunk (`moof` and the header of `mdat`, ISO/IEC 23000-19 §7.3.2.3) that go before the payload of the
 * samples. A sample's duration becomes the distance to the next one's decode time, so that times add up over gaps; the
 * last keeps its own. Throws `unrepresentable` for decode times that go back, distances over 32 bits and payloads of
 * 4 GiB or more, which no blob can hold anyway.
 */
export function composeFragmentHeader(plan: FragmentPlan): Uint8Array<ArrayBuffer> {
  const { trackId = COMPOSED_TRACK_ID, sequence, baseDts, samples } = plan
  const payloadLength = samples.reduce((sum, sample) => sum + sample.size, 0)
  if (samples.length === 0 || 8 + payloadLength > MAX_U32) throw unrepresentable('a fragment holds 1 byte to 4 GiB')
  if (!Number.isSafeInteger(baseDts) || baseDts < 0) throw unrepresentable(`decode time ${baseDts} of a fragment`)
  const runs = describeRuns(samples)
  const mfhd = fullBox('mfhd', 0, 0, u32(sequence))
  const tfdt = fullBox('tfdt', 1, 0, u64(baseDts))
  // The offset counts from the beginning of `moof`, whose length does not depend on it.
  const draft = box('moof', mfhd, box('traf', tfhd(trackId, runs), tfdt, trun(samples, runs, 0)))
  const moof = box('moof', mfhd, box('traf', tfhd(trackId, runs), tfdt, trun(samples, runs, draft.byteLength + 8)))
  return concat([moof, u32(8 + payloadLength), fourCc('mdat')])
}

const MAX_U32 = 0xffff_ffff

/** Depends on no other sample; depends on others and is no sync sample (ISO/IEC 14496-12 §8.8.3.1). */
const SYNC_FLAGS = 0x0200_0000
const NON_SYNC_FLAGS = 0x0101_0000

/** Per sample: what `trun` may have to say. A single number where all samples agree and `tfhd` can say it once. */
interface Runs {
  readonly durations: Column
  readonly sizes: Column
  readonly flags: Column
  /** Set where only the first sample is different, as in every video segment of one group of pictures. */
  readonly firstFlags: number | null
  readonly offsets: readonly number[]
}

type Column = number | readonly number[]

function describeRuns(samples: readonly Sample[]): Runs {
  const flags = samples.map((sample) => (sample.sync ? SYNC_FLAGS : NON_SYNC_FLAGS))
  const durations = samples.map((sample, index) => {
    const next = samples[index + 1]
    return within(0, MAX_U32, next === undefined ? sample.duration : next.dts - sample.dts)
  })
  const [first = 0, ...others] = flags
  const rest = agreed(others)
  const differs = typeof rest === 'number' && rest !== first && others.length > 0
  return {
    durations: agreed(durations),
    sizes: agreed(samples.map((sample) => sample.size)),
    flags: differs ? rest : agreed(flags),
    firstFlags: differs ? first : null,
    offsets: samples.map((sample) => within(-0x8000_0000, 0x7fff_ffff, sample.pts - sample.dts)),
  }
}

function agreed(values: readonly number[]): Column {
  const [first] = values
  return first !== undefined && values.every((value) => value === first) ? first : values
}

function within(least: number, most: number, ticks: number): number {
  if (Number.isInteger(ticks) && ticks >= least && ticks <= most) return ticks
  throw unrepresentable(`${ticks} ticks between two samples or between decoding and showing one`)
}

function tfhd(trackId: number, { durations, sizes, flags }: Runs): Uint8Array {
  const defaults = [
    { flag: 0x08, column: durations },
    { flag: 0x10, column: sizes },
    { flag: 0x20, column: flags },
  ].filter((one): one is { flag: number; column: number } => typeof one.column === 'number')
  const present = defaults.reduce((sum, one) => sum | one.flag, DEFAULT_BASE_IS_MOOF)
  return fullBox('tfhd', 0, present, u32(trackId, ...defaults.map((one) => one.column)))
}

const DEFAULT_BASE_IS_MOOF = 0x2_0000

function trun(samples: readonly Sample[], runs: Runs, dataOffset: number): Uint8Array {
  const reordered = runs.offsets.some((offset) => offset !== 0)
  const version = runs.offsets.some((offset) => offset < 0) ? 1 : 0
  const columns = [
    { flag: 0x100, column: runs.durations },
    { flag: 0x200, column: runs.sizes },
    { flag: 0x400, column: runs.flags },
    { flag: 0x800, column: reordered ? runs.offsets : 0 },
  ].filter((one): one is { flag: number; column: readonly number[] } => typeof one.column !== 'number')
  const firstFlags = runs.firstFlags === null ? [] : [runs.firstFlags]
  const present = columns.reduce((sum, one) => sum | one.flag, 0x1 | (firstFlags.length === 0 ? 0 : 0x4))
  const rows = samples.flatMap((_, index) => columns.map((one) => one.column[index] ?? 0))
  return fullBox('trun', version, present, u32(samples.length, dataOffset, ...firstFlags), u32Column(rows))
}

function unrepresentable(what: string): ContainerError {
  return new ContainerError('unrepresentable', `${what}: not possible in a fragment`)
}
