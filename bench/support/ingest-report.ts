import { fileURLToPath } from 'node:url'
import { clear } from './clear.ts'
import { WORK } from './films.ts'
import { run } from './run.ts'

/** What one ingest took. Times count from the command to the running program; processes that it starts are not in it. */
export interface IngestReport {
  /** Until a player finds the first segment. */
  readonly firstMs: number
  /** The same moment, counted from when the process was started: loading the program and trying ffmpeg are in it. */
  readonly firstFromSpawnMs: number
  /** Until the whole film can be played; it may not be on the disk yet. */
  readonly cutMs: number
  /** Until everything is durable and published. */
  readonly totalMs: number
  readonly processorSec: number
  /** The most memory during the ingest, beyond what the idle program had. */
  readonly grownBytes: number
  readonly writtenBytes: number
  readonly sourceBytes: number
  readonly packs: number
  readonly leastPacks: number
}

/** As the launcher has it. */
const COMPILED = { NODE_COMPILE_CACHE: `${WORK}/compiled` }
const CHILD = fileURLToPath(new URL('./ingest-child.ts', import.meta.url))

/** Runs an ingest in a fresh process with an empty library; `first` ends it when something can be played. */
export async function ingest(path: string, mode: 'whole' | 'first' = 'whole'): Promise<IngestReport> {
  const dataDir = `${WORK}/data`
  await clear(dataDir)
  const spawnedMs = performance.timeOrigin + performance.now()
  const { stdout } = await run(process.execPath, [CHILD, path, dataDir, mode], COMPILED)
  await clear(dataDir)
  const report = JSON.parse(stdout) as IngestReport
  return { ...report, firstFromSpawnMs: report.firstFromSpawnMs - spawnedMs }
}
