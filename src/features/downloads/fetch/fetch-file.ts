import type { JobProgress } from '#domain/job-queue.ts'
import type { PartFile, PartFiles, PartNote } from '#domain/part-file.ts'
import type { FileFacts } from '#domain/result-file.ts'
import type { WebIdentity } from '#domain/web.ts'
import { ResourceChangedError } from './body-part.ts'
import { Connections } from './connections.ts'
import { systemClock } from './fetch-clock.ts'
import type { FetchTools } from './fetch-bytes.ts'
import { fetchParts } from './fetch-parts.ts'
import type { FetchPorts } from './fetch-ports.ts'
import { FETCH_SETTINGS, type FetchSettings } from './fetch-settings.ts'
import { FileProgress } from './file-progress.ts'
import { probeFile } from './probe-file.ts'
import { Tasks } from './tasks.ts'

export interface FetchFileOptions {
  /** Absolute, of the result. */
  readonly path: string
  readonly identity?: WebIdentity
  /** As of `fetchStream`. */
  readonly connections?: number
  readonly signal: AbortSignal
  report(progress: JobProgress): void
  readonly settings?: Partial<FetchSettings>
}

const REPORT_EVERY_MS = 250
/** A file that is replaced more often than so while it is fetched is not fetched. */
const MOST_BEGINNINGS = 3

/**
 * Fetches a file: in parts over several connections where the server gives parts of what is proved to be the same, else in
 * one stream. Goes on after a crash with the parts that are safe, or anew when the file at the address is another one now.
 * Rejects like `fetchStream`; what is there stays for another run.
 */
export async function fetchFile(
  url: string,
  files: PartFiles,
  ports: Omit<FetchPorts, 'newDecipher' | 'newInflater'>,
  options: FetchFileOptions,
): Promise<FileFacts> {
  await using file = await files.open(options.path)
  for (let beginnings = 1; ; beginnings++) {
    try {
      await fetchOnce(url, file, ports, options)
      return await file.finish()
    } catch (error) {
      if (!(error instanceof ResourceChangedError) || beginnings === MOST_BEGINNINGS) throw error
      ports.log({ level: 'warn', text: 'The file was replaced while it was fetched: once more from the start.' })
    }
  }
}

async function fetchOnce(
  url: string,
  file: PartFile,
  ports: Omit<FetchPorts, 'newDecipher' | 'newInflater'>,
  options: FetchFileOptions,
): Promise<void> {
  const clock = ports.clock ?? systemClock
  await using tasks = new Tasks(options.signal)
  const { signal } = tasks
  const settings = { ...FETCH_SETTINGS, ...options.settings }
  const rest = (ms: number) => clock.sleep(ms, signal)
  const tools: FetchTools = { web: ports.web, identity: options.identity, settings, clock, signal, rest }
  await using found = await probeFile(url, file.note, tools, ports.log)
  await beginOrGoOn(file, found.note, ports)
  const progress = new FileProgress(found.note, file.done, clock.nowMs())
  using connections = new Connections(ports, {
    clock,
    signal,
    connections: options.connections,
    onBytes: (byteLength) => progress.received(clock.nowMs(), byteLength),
  })
  const report = () => options.report(progress.at(clock.nowMs()))
  tasks.repeat(report, rest, REPORT_EVERY_MS)
  await fetchParts(url, file, found, { tasks, connections, tools, progress, log: ports.log })
  report()
}

async function beginOrGoOn(file: PartFile, note: PartNote, { log }: Pick<FetchPorts, 'log'>): Promise<void> {
  const size = note.byteLength === null ? 'of unknown length' : `of ${(note.byteLength / 1e6).toFixed(1)} MB`
  if (isSame(file.note, note) && file.done.size > 0) {
    log({ level: 'info', text: `A file ${size}: ${file.done.size} parts of it are here already.` })
    return
  }
  const before = file.done.size > 0
  await file.begin(note)
  const how = note.validator === null ? 'in one stream' : 'in parts'
  log({ level: 'info', text: `A file ${size}, fetched ${how}.` })
  if (!before) return
  log({ level: 'warn', text: 'What an earlier run left is of another file, or cannot be proved: it begins anew.' })
}

/** Parts of an earlier run are of use only when they are proved to be of this file. */
function isSame(before: PartNote | null, now: PartNote): boolean {
  if (before?.validator === null || before === null) return false
  return before.validator === now.validator && before.byteLength === now.byteLength
}
