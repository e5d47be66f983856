import { lstat, readdir, rm } from 'node:fs/promises'
import { basename, join, sep } from 'node:path'
import { parseCachedFile } from '#adapters/disk-cache/cached-file.ts'
import type { VideoSource } from '#domain/catalog.ts'
import type { FreedFile } from '#surfaces/cli/cli-ports.ts'
import type { Core } from './compose.ts'
import { downloadsFolder } from './folders.ts'

/**
 * Removes uploads that no video waits for, work files of videos that are gone or finished, what downloads left that nobody
 * remembers and files of the disk cache, when old enough. A server that runs meanwhile fetches again what it misses.
 */
export async function cleanup(
  { config, ports }: Core,
  { olderThanHours, dryRun }: { readonly olderThanHours: number; readonly dryRun: boolean },
): Promise<FreedFile[]> {
  const before = Date.now() - olderThanHours * 3_600_000
  const { videos } = await ports.catalog.videos({ limit: Number.MAX_SAFE_INTEGER })
  const sources = await Promise.all(videos.map(({ id }) => ports.catalog.source(id)))
  const needed = new Set(sources.flatMap(filesOf))
  const open = new Set(videos.filter(({ state }) => state !== 'ready').map(({ id }) => id as string))

  const uploads = await filesIn(join(config.dataDir, 'uploads'))
  const work = await filesIn(join(config.dataDir, 'work'))
  const cache = await filesIn(config.cache.dir)
  const downloads = await filesIn(downloadsFolder(config.dataDir))
  const remembered = new Set((await ports.jobs.list({ name: 'download' })).map(({ id }) => id as string))
  const inUse = (path: string) => [...needed].some((source) => path === source || path.startsWith(source + sep))
  const stale = [
    ...cache
      .filter(({ folder, path }) => parseCachedFile(`${folder}/${basename(path)}`) !== null)
      .map((file) => ({ ...file, reason: 'entry of the disk cache' })),
    ...uploads
      .filter(({ path }) => !needed.has(path))
      .map((file) => ({ ...file, reason: 'upload that no video waits for' })),
    ...work
      .filter(({ folder }) => !open.has(folder))
      .map((file) => ({ ...file, reason: 'work file of a finished video' })),
    ...downloads
      .filter(({ folder, path }) => !remembered.has(folder.split(sep)[0] ?? '') && !inUse(path))
      .map((file) => ({ ...file, reason: 'left by a download that the list no longer holds' })),
  ].filter(({ changedMs }) => changedMs < before)
  for (const { path } of dryRun ? [] : stale) await rm(path, { force: true })
  return stale.map(({ path, byteLength, reason }) => ({ path, byteLength, reason }))
}

/** With what the upload protocol keeps beside an upload. */
function filesOf(source: VideoSource | null): string[] {
  if (source === null) return []
  return [source.path, `${source.path}.json`, ...(source.sidecars ?? []).map(({ path }) => path)]
}

/** Files in a folder and one level below it. */
async function filesIn(root: string) {
  const entries = await readdir(root, { withFileTypes: true, recursive: true }).catch(() => [])
  const files = await Promise.all(
    entries.map(async ({ parentPath, name }) => {
      const path = join(parentPath, name)
      // A server that runs meanwhile removes files too.
      const found = await lstat(path).catch(() => null)
      if (!found?.isFile()) return []
      const { size, mtimeMs } = found
      return [{ path, folder: parentPath.slice(root.length + 1), byteLength: size, changedMs: mtimeMs }]
    }),
  )
  return files.flat()
}
