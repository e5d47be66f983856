import type { Sample } from '../sample.ts'

/**
 * Samples of one track in decode order, a column per field: a film has hundreds of thousands of them.
 * Times as in `Sample`; `offset` is the place of a sample's first byte in the file.
 */
export interface SampleTable {
  readonly length: number
  readonly dts: Float64Array
  readonly pts: Float64Array
  readonly duration: Uint32Array
  readonly size: Uint32Array
  readonly offset: Float64Array
  /** 1 for sync samples. */
  readonly sync: Uint8Array
}

export function newSampleTable(length: number): SampleTable {
  return {
    length,
    dts: new Float64Array(length),
    pts: new Float64Array(length),
    duration: new Uint32Array(length),
    size: new Uint32Array(length),
    offset: new Float64Array(length),
    sync: new Uint8Array(length),
  }
}

/** The samples from `start` to before `end`. */
export function partOf(table: SampleTable, start: number, end: number): SampleTable {
  return {
    length: end - start,
    dts: table.dts.subarray(start, end),
    pts: table.pts.subarray(start, end),
    duration: table.duration.subarray(start, end),
    size: table.size.subarray(start, end),
    offset: table.offset.subarray(start, end),
    sync: table.sync.subarray(start, end),
  }
}

/** One table of several, in their order. */
export function joinTables(tables: readonly SampleTable[]): SampleTable {
  const joined = newSampleTable(tables.reduce((sum, table) => sum + table.length, 0))
  let at = 0
  for (const table of tables) {
    joined.dts.set(table.dts, at)
    joined.pts.set(table.pts, at)
    joined.duration.set(table.duration, at)
    joined.size.set(table.size, at)
    joined.offset.set(table.offset, at)
    joined.sync.set(table.sync, at)
    at += table.length
  }
  return joined
}

export function sampleAt(table: SampleTable, index: number): Sample {
  return {
    dts: table.dts[index] ?? 0,
    pts: table.pts[index] ?? 0,
    duration: table.duration[index] ?? 0,
    size: table.size[index] ?? 0,
    sync: table.sync[index] === 1,
  }
}
