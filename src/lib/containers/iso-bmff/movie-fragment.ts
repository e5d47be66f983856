import { ContainerError } from '../container-error.ts'
import { type Box, boxesIn, findBox, openFullBox, requireBox } from './box-reader.ts'
import type { ByteReader } from './byte-reader.ts'
import { joinTables, newSampleTable, type SampleTable } from './sample-table.ts'

/** What holds for samples of which a fragment says nothing. */
export interface SampleDefaults {
  readonly duration: number
  readonly size: number
  readonly flags: number
}

/** A track as far as fragments need it. */
export interface FragmentedTrack {
  readonly id: number
  readonly defaults: SampleDefaults
  /** Audio frames all stand alone, whatever their flags say. */
  readonly alwaysSync: boolean
  /** Decode time behind the last sample so far, for fragments without `tfdt`; kept by `readMovieFragment`. */
  nextDts: number
}

/** The samples of one track in one fragment. */
export interface TrackFragment {
  readonly trackId: number
  /** Offsets count from the beginning of the file. */
  readonly samples: SampleTable
}

/** A run may cost no byte per sample, so its count alone proves nothing. */
const MAX_SAMPLES_PER_FRAGMENT = 1_000_000

/**
 * Reads the body of a `moof` that begins at byte `moofStart` of the file (ISO/IEC 14496-12 §8.8). Tracks that `tracks` does
 * not know are left out. Throws ContainerError.
 */
export function readMovieFragment(
  body: Uint8Array,
  moofStart: number,
  tracks: ReadonlyMap<number, FragmentedTrack>,
): TrackFragment[] {
  const fragments: TrackFragment[] = []
  let end = moofStart
  for (const traf of boxesIn(body).filter((box) => box.type === 'traf')) {
    const boxes = boxesIn(traf.body)
    const head = readTfhd(requireBox(boxes, 'tfhd'), moofStart, end)
    const track = tracks.get(head.trackId)
    if (track === undefined) continue
    const dts = baseDecodeTime(findBox(boxes, 'tfdt')) ?? track.nextDts
    const state = { dts, offset: head.dataStart }
    const truns = boxes.filter((box) => box.type === 'trun')
    const samples = joinTables(
      truns.map((trun) => readTrun(trun, { ...track.defaults, ...head.defaults }, head, state)),
    )
    if (track.alwaysSync) samples.sync.fill(1)
    track.nextDts = state.dts
    end = state.offset
    fragments.push({ trackId: track.id, samples })
  }
  return fragments
}

interface FragmentHead {
  readonly trackId: number
  /** What the runs' offsets count from. */
  readonly dataStart: number
  readonly defaults: Partial<SampleDefaults>
}

function readTfhd(tfhd: Box, moofStart: number, endOfPrevious: number): FragmentHead {
  const { flags, fields } = openFullBox(tfhd)
  const trackId = fields.u32()
  const implied = flags & 0x2_0000 ? moofStart : endOfPrevious
  const dataStart = flags & 0x1 ? fields.u64() : implied
  if (flags & 0x2) fields.skip(4)
  const duration = flags & 0x8 ? { duration: fields.u32() } : {}
  const size = flags & 0x10 ? { size: fields.u32() } : {}
  const sampleFlags = flags & 0x20 ? { flags: fields.u32() } : {}
  return { trackId, dataStart, defaults: { ...duration, ...size, ...sampleFlags } }
}

function baseDecodeTime(tfdt: Box | undefined): number | null {
  if (tfdt === undefined) return null
  const { version, fields } = openFullBox(tfdt)
  // ffmpeg writes decode times below zero as two's complement.
  return version === 1 ? fields.i64() : fields.u32()
}

interface RunState {
  dts: number
  offset: number
}

function readTrun(trun: Box, defaults: SampleDefaults, head: FragmentHead, state: RunState): SampleTable {
  const { version, flags, fields } = openFullBox(trun)
  const count = fields.u32()
  if (flags & 0x1) state.offset = head.dataStart + fields.i32()
  const firstFlags = flags & 0x4 ? fields.u32() : null
  const bytesPerSample = [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag).length * 4
  if (count * bytesPerSample > fields.left) throw new ContainerError('truncated', 'a track run ends too early')
  if (count > MAX_SAMPLES_PER_FRAGMENT) throw new ContainerError('too-large', `${count} samples in one run`)
  const table = newSampleTable(count)
  for (let index = 0; index < count; index++) {
    const implied = index === 0 && firstFlags !== null ? { ...defaults, flags: firstFlags } : defaults
    addSample(table, index, readRow(fields, { version, flags }, implied), state)
  }
  return table
}

interface Row extends SampleDefaults {
  /** From decode time to presentation time. */
  readonly shift: number
}

function readRow(fields: ByteReader, head: { version: number; flags: number }, implied: SampleDefaults): Row {
  const duration = head.flags & 0x100 ? fields.u32() : implied.duration
  const size = head.flags & 0x200 ? fields.u32() : implied.size
  const flags = head.flags & 0x400 ? fields.u32() : implied.flags
  return { duration, size, flags, shift: head.flags & 0x800 ? compositionOffset(fields, head.version) : 0 }
}

function compositionOffset(fields: ByteReader, version: number): number {
  return version === 0 ? fields.u32() : fields.i32()
}

/** sample_is_non_sync_sample, or sample_depends_on says "others" (§8.8.3.1). */
const NOT_SYNC = 0x0101_0000

function addSample(table: SampleTable, index: number, row: Row, state: RunState): void {
  table.dts[index] = state.dts
  table.pts[index] = state.dts + row.shift
  table.duration[index] = row.duration
  table.size[index] = row.size
  table.offset[index] = state.offset
  table.sync[index] = row.flags & NOT_SYNC ? 0 : 1
  state.dts += row.duration
  state.offset += row.size
}
