import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

const PREFIX = 'ytdlp-'

/** A folder for one run: home, settings, temporary files and the copy of the cookies. Gone when disposed of. */
export interface ScratchFolder extends AsyncDisposable {
  readonly path: string
  /** Stays empty: a home without settings, a PATH without programs. */
  readonly emptyPath: string
}

export async function makeScratchFolder(workDir: string): Promise<ScratchFolder> {
  await mkdir(workDir, { recursive: true })
  const path = await mkdtemp(join(workDir, PREFIX))
  const emptyPath = join(path, 'empty')
  await mkdir(emptyPath)
  return { path, emptyPath, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 3 }) }
}

/** Removes what runs of a process that died have left: copies of cookies may be among it. */
export async function sweepScratchFolders(workDir: string): Promise<void> {
  const names = await readdir(workDir).catch(() => [])
  const left = names.filter((name) => name.startsWith(PREFIX))
  await Promise.all(left.map((name) => rm(join(workDir, name), { recursive: true, force: true })))
}
