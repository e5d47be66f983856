import { readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import type { Config } from '#config/config.ts'
import { DiskRecordings } from '#adapters/disk/disk-recordings.ts'
import type { DownloadRequest, DownloadResult } from '#domain/download.ts'
import { NotFoundError } from '#domain/errors.ts'
import type { JobId } from '#domain/ids.ts'
import { MOST_AT_ONCE } from '#features/downloads/governor.ts'
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
  const alone = { governor: unboundedGovernor(connections), library: null, order: async () => {} }
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
function unboundedGovernor(connections: number | null) {
  const most = connections ?? MOST_AT_ONCE.mostConnections
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
    const found = await stat(path).catch(() => null)
    if (!found?.isFile() || found.size !== result.byteLength) continue
    if ((await results.facts(path)).sha256 !== result.sha256) continue
    return await takeBack(result, path)
  }
  return result
}

/** The result is the earlier file; subtitles beside it bear its name. */
async function takeBack(result: DownloadResult, path: string): Promise<DownloadResult> {
  const [from, to] = [result.path ?? '', path].map((each) => each.replace(/\.[^./\\]+$/, '')) as [string, string]
  await rm(result.path ?? '')
  await moveBeside(from, to)
  const notes = result.notes.map((note) => note.replaceAll(`${basename(from)}.`, `${basename(to)}.`))
  return { ...result, path, notes }
}

async function moveBeside(from: string, to: string): Promise<void> {
  const [folder, stem] = [dirname(from), `${basename(from)}.`]
  for (const name of await readdir(folder)) {
    if (!name.startsWith(stem) || !/\.(vtt|srt|ass|ssa)$/.test(name)) continue
    await rename(join(folder, name), `${to}.${name.slice(stem.length)}`)
  }
}
