import { ContainerError } from '../container-error.ts'
import { type Box, findBox, openFullBox, printable, requireBox } from './box-reader.ts'
import type { ByteReader } from './byte-reader.ts'
import { newSampleTable, type SampleTable } from './sample-table.ts'

/** A day of AAC has four million; a column entry of each costs 33 bytes. */
export const MAX_SAMPLES_PER_TRACK = 16_000_000

/**
 * The samples that the boxes of `stbl` describe (ISO/IEC 14496-12 §8.6, §8.7), in media time: the first decode time is
 * zero and edit lists are not applied. Throws ContainerError.
 */
export function readSampleTables(tables: readonly Box[]): SampleTable {
  const sizes = openSizes(tables)
  const table = newSampleTable(sizes.count)
  sizes.fill(table.size)
  fillTimes(table, requireBox(tables, 'stts'), findBox(tables, 'ctts'))
  fillSync(table, findBox(tables, 'stss'), findBox(tables, 'stps'))
  if (table.length > 0) fillOffsets(table, requireBox(tables, 'stsc'), chunkOffsets(tables))
  return table
}

/** Which sample descriptions the samples use, counted from 1. */
export function sampleDescriptionsUsed(tables: readonly Box[]): Set<number> {
  const stsc = findBox(tables, 'stsc')
  if (stsc === undefined) return new Set()
  const { fields, count } = openList(stsc, 12)
  return new Set(Array.from({ length: count }, () => fields.skip(8).u32()))
}

interface Sizes {
  readonly count: number
  fill(column: Uint32Array): void
}

/** `stsz` or, with fields of 4, 8 or 16 bits, `stz2` (§8.7.3). */
function openSizes(tables: readonly Box[]): Sizes {
  const stsz = findBox(tables, 'stsz')
  if (stsz === undefined) return openCompactSizes(requireBox(tables, 'stz2'))
  const { fields } = openFullBox(stsz)
  const common = fields.u32()
  const count = limited(fields.u32())
  if (common > 0) return { count, fill: (column) => void column.fill(common) }
  const rows = view(fields, count * 4)
  return { count, fill: (column) => fillFrom(column, (index) => rows.getUint32(4 * index)) }
}

function openCompactSizes(stz2: Box): Sizes {
  const { fields } = openFullBox(stz2)
  const bits = fields.skip(3).u8()
  const count = limited(fields.u32())
  if (bits !== 4 && bits !== 8 && bits !== 16) throw new ContainerError('malformed', `stz2 with fields of ${bits} bits`)
  const rows = view(fields, Math.ceil((count * bits) / 8))
  const sizeAt = {
    4: (index: number) => (rows.getUint8(index >> 1) >> (index % 2 === 0 ? 4 : 0)) & 0xf,
    8: (index: number) => rows.getUint8(index),
    16: (index: number) => rows.getUint16(2 * index),
  }[bits]
  return { count, fill: (column) => fillFrom(column, sizeAt) }
}

function fillFrom(column: Uint32Array, valueAt: (index: number) => number): void {
  for (let index = 0; index < column.length; index++) column[index] = valueAt(index)
}

function limited(count: number): number {
  if (count > MAX_SAMPLES_PER_TRACK) throw new ContainerError('too-large', `${count} samples in one track`)
  return count
}

/** Decode times by `stts`, presentation times by `ctts` (§8.6.1). */
function fillTimes(table: SampleTable, stts: Box, ctts: Box | undefined): void {
  let dts = 0
  forEachSample(stts, table.length, (index, distance) => {
    if (distance < 0) throw new ContainerError('unsupported', 'decode times that go back')
    table.dts[index] = dts
    table.pts[index] = dts
    table.duration[index] = distance
    dts += distance
  })
  if (ctts === undefined) return
  // Version 0 is unsigned by the standard, but QuickTime has always written negative offsets into it.
  forEachSample(ctts, table.length, (index, shift) => {
    table.pts[index] = (table.pts[index] ?? 0) + shift
  })
}

/** With negative composition offsets all decode times move ahead, so that nothing shows before it is decoded. */
export function decodeBeforeShowing(table: SampleTable): SampleTable {
  let earliest = 0
  for (let index = 0; index < table.length; index++) {
    earliest = Math.min(earliest, (table.pts[index] ?? 0) - (table.dts[index] ?? 0))
  }
  return earliest === 0 ? table : { ...table, dts: table.dts.map((dts) => dts + earliest) }
}

/** Runs of (count, value) as `stts` and `ctts` have them. */
function forEachSample(box: Box, samples: number, tell: (index: number, value: number) => void): void {
  const { fields, count } = openList(box, 8)
  let index = 0
  for (let run = 0; run < count && index < samples; run++) {
    const end = Math.min(samples, index + fields.u32())
    const value = fields.i32()
    for (; index < end; index++) tell(index, value)
  }
  if (index < samples) throw new ContainerError('truncated', `${box.type} knows ${index} of ${samples} samples`)
}

/** Without `stss` every sample is one (§8.6.2); `stps` are QuickTime's "partial" ones, first pictures of open GOPs. */
function fillSync(table: SampleTable, stss: Box | undefined, stps: Box | undefined): void {
  if (stss === undefined) {
    table.sync.fill(1)
    return
  }
  for (const box of stps === undefined ? [stss] : [stss, stps]) {
    const { fields, count } = openList(box, 4)
    for (let entry = 0; entry < count; entry++) {
      const number = fields.u32()
      if (number > 0 && number <= table.length) table.sync[number - 1] = 1
    }
  }
}

interface ChunkOffsets {
  readonly count: number
  at(chunk: number): number
}

function chunkOffsets(tables: readonly Box[]): ChunkOffsets {
  const stco = findBox(tables, 'stco')
  const { fields, count } = openList(stco ?? requireBox(tables, 'co64'), stco === undefined ? 8 : 4)
  const rows = view(fields, count * (stco === undefined ? 8 : 4))
  if (stco !== undefined) return { count, at: (chunk) => rows.getUint32(4 * chunk) }
  // As two halves: a BigInt for each of a million chunks costs more than all the rest of the index.
  return { count, at: (chunk) => rows.getUint32(8 * chunk) * 2 ** 32 + rows.getUint32(8 * chunk + 4) }
}

/** Which chunk holds how many samples (§8.7.4), so where each one lies. */
function fillOffsets(table: SampleTable, stsc: Box, chunks: ChunkOffsets): void {
  const { fields, count } = openList(stsc, 12)
  const runs = Array.from({ length: count }, () => {
    const [first, perChunk] = [fields.u32(), fields.u32()]
    fields.skip(4)
    return { firstChunk: first - 1, perChunk }
  })
  let index = 0
  for (const [position, run] of runs.entries()) {
    const end = Math.min(chunks.count, runs[position + 1]?.firstChunk ?? chunks.count)
    if (run.perChunk === 0 || run.firstChunk < 0) throw new ContainerError('malformed', 'an empty run of chunks')
    for (let chunk = run.firstChunk; chunk < end && index < table.length; chunk++) {
      index = placeChunk(table, index, run.perChunk, chunks.at(chunk))
    }
  }
  if (index < table.length) throw new ContainerError('truncated', `chunks for ${index} of ${table.length} samples`)
}

function placeChunk(table: SampleTable, first: number, count: number, start: number): number {
  const end = Math.min(table.length, first + count)
  let offset = start
  for (let index = first; index < end; index++) {
    table.offset[index] = offset
    offset += table.size[index] ?? 0
  }
  return end
}

/** A full box with a list; checks that all its rows are there. */
function openList(box: Box, rowBytes: number): { fields: ByteReader; count: number } {
  const { fields } = openFullBox(box)
  const count = fields.u32()
  if (count * rowBytes > fields.left) {
    throw new ContainerError('truncated', `${printable(box.type)} says ${count} rows and has fewer`)
  }
  return { fields, count }
}

function view(fields: ByteReader, length: number): DataView {
  const bytes = fields.bytes(length)
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
