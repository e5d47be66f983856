import { existsSync } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import { basename, sep } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import type { Config } from '#config/config.ts'
import { DiskRecordings } from '#adapters/disk/disk-recordings.ts'
import type { DownloadRequest, DownloadResult } from '#domain/download.ts'
import { NotFoundError } from '#domain/errors.ts'
import type { JobId } from '#domain/ids.ts'
import { mostAtOnce } from '#features/downloads/governor.ts'
import { runDownload } from '#features/downloads/run-download.ts'
import type { FileDownload } from '#surfaces/cli/cli-ports.ts'
import { claimFilePlace, type FilePlace } from './claim-file-place.ts'
import { mediaWhenNeeded } from './media-when-needed.ts'
import { type Downloads, openDownloads } from './open-downloads.ts'

const ID = 'download' as JobId

/** Bytes that only pass through need no room to grow old in: 128 MB at most instead of 150, at the same speed. */
setFlagsFromString('--semi-space-growth-factor=1')

/** Downloads to a file; opens no library. */
export async function downloadToFile(
  config: Config,
  request: DownloadRequest,
  { output, connections, onProgress, onLog, signal, finishing }: FileDownload,
): Promise<DownloadResult> {
  await using place = await claimFilePlace(output, request.url)
  const { root } = place
  if (finishing.aborted) await requireRecorded(place, new DiskRecordings(root))
  await using downloads = openDownloads(config, { root, ...mediaWhenNeeded(config) })
  const task = {
    id: ID,
    request,
    ...(connections !== null && { connections }),
    signal,
    finishing,
    report: onProgress,
    log: onLog,
    resultPath: place.resultPath,
    scratchFolder: () => downloads.scratchFolder(ID),
  }
  const alone = { governor: unboundedGovernor(connections, config), library: null, order: async () => {} }
  const made = await runDownload(task, { ...downloads, ...alone })
  const result = output.endsWith(sep) ? await oneOf(made, downloads) : made
  await rm(root, { recursive: true, force: true })
  return result
}

/** Who wants no more from the start wants what an earlier run has recorded. */
async function requireRecorded({ root, isNew }: FilePlace, recordings: Pick<DiskRecordings, 'peek'>): Promise<void> {
  if ((await recordings.peek(ID))?.hasMedia) return
  if (isNew) await rm(root, { recursive: true, force: true })
  throw new NotFoundError('Nothing of a stream is recorded for this file.', {
    why: `There is nothing of it in ${root}.`,
    fix: 'Name the file, or the folder, and the address that it was begun with, or leave out --finish.',
  })
}

/** Nobody else is served by this process: what the machine can give is this command's. */
function unboundedGovernor(connections: number | null, { downloads }: Pick<Config, 'downloads'>) {
  const most = connections ?? mostAtOnce(downloads.pool.maxConnections).mostConnections
  const range = (now: number) => ({ now, most: now })
  const unknown = { cpuPercent: null, memoryPercent: null, ownCpuPercent: null, ownMemoryBytes: null }
  return {
    downloads: 1,
    connections: most,
    onChange: () => () => {},
    figures: () => ({ enabled: false, downloads: range(1), connections: range(most), ...unknown, history: [] }),
  }
}

/** The same bytes may lie in the folder already, by one of the names that were not free. */
async function oneOf(result: DownloadResult, { results }: Pick<Downloads, 'results'>): Promise<DownloadResult> {
  const [, base, number = '', extension] = /^(.*) \((\d+)\)(\.[^./\\]+)$/s.exec(result.path ?? '') ?? []
  if (!result.path || base === undefined) return result
  for (let earlier = 1; earlier < Number(number); earlier++) {
    const path = earlier === 1 ? `${base}${extension}` : `${base} (${earlier})${extension}`
    const length = await lengthAt(path)
    // Names are tried one after another: behind one that is free, the number is the title's own, `Concert (20261105)`.
    if (length === null) return result
    const isSame = length === result.byteLength && (await results.facts(path)).sha256 === result.sha256
    if (isSame) return await takeBack(result, path, results)
  }
  return result
}

/** Of a file that has this name; -1 where something else has it, or a file that is on its way; null where nobody has. */
async function lengthAt(path: string): Promise<number | null> {
  const found = await stat(path).catch(() => null)
  if (found === null) return existsSync(`${path}.part`) ? -1 : null
  return found.isFile() ? found.size : -1
}

/** The result is the earlier file; subtitles beside it bear its name, unless others do already. */
async function takeBack(result: DownloadResult, path: string, results: Downloads['results']): Promise<DownloadResult> {
  const [from, to] = [result.path ?? '', path].map((each) => each.replace(/\.[^./\\]+$/, '')) as [string, string]
  await rm(result.path ?? '')
  const beside: string[] = []
  let { notes } = result
  for (const each of result.beside ?? []) {
    const now = each.startsWith(from) ? await moved(each, to + each.slice(from.length), results) : each
    notes = notes.map((note) => note.replaceAll(basename(each), basename(now)))
    beside.push(now)
  }
  return { ...result, path, notes, beside }
}

/** Where it lies then: what is there already and has other bytes stays. */
async function moved(from: string, to: string, results: Downloads['results']): Promise<string> {
  const there = await results.facts(to).catch(() => null)
  if (there === null) await rename(from, to)
  else if (there.sha256 === (await results.facts(from)).sha256) await rm(from)
  else return from
  return to
}
