import { copyFile, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { VideoId } from '#domain/ids.ts'
import { mediaFile } from './media-matrix.ts'
import type { MatrixName } from './media-matrix-recipes.ts'
import { type CommandResult, runTelereel } from './run-telereel.ts'
import { readServed } from './served-stream.ts'
import { makeDataDir, startServer } from './start-server.ts'
import { readStored, type StoredVideo } from './stored-bytes.ts'
import { uploadByCli } from './upload-by-cli.ts'

/** Small packs, so that a film lies in several; and a cache that stays. */
const REPAIR_ENV = { MAX_CHUNK_SIZE: '262144', CACHE_TYPE: 'disk', CACHE_DIR: 'cache' }

/** A library on disk with one film, whose file is the user's own, and ways to harm it. */
export interface DamagedLibrary extends AsyncDisposable {
  readonly dataDir: string
  readonly videoId: VideoId
  readonly filmPath: string
  /** As it was when nothing was wrong. */
  readonly before: StoredVideo
  run(...args: readonly string[]): Promise<CommandResult>
  /** Somebody watches: these segments (or all) are in the disk cache then. */
  watch(isWatched?: (name: string) => boolean): Promise<void>
  losePack(position: number): Promise<void>
  flipByte(position: number, offset: number): Promise<void>
  loseFilm(): Promise<void>
  loseCatalog(): Promise<void>
  readonly env: Readonly<Record<string, string>>
  stored(): Promise<StoredVideo>
}

export async function openDamagedLibrary(film: MatrixName): Promise<DamagedLibrary> {
  const dataDir = await makeDataDir()
  const original = await mediaFile(film)
  const filmPath = join(dataDir, `film${original.slice(original.lastIndexOf('.'))}`)
  await copyFile(original, filmPath)
  const { code, videoId, stderr } = await uploadByCli({ dataDir }, filmPath, REPAIR_ENV)
  if (code !== 0) throw new Error(`The upload ended with ${code}: ${stderr}`)
  const id = videoId as VideoId
  const packPath = (position: number) => join(dataDir, 'blobs', id, `${String(position).padStart(6, '0')}.pack`)
  return {
    dataDir,
    videoId: id,
    filmPath,
    before: await readStored(dataDir, id),
    run: (...args) => runTelereel(args, { dataDir, env: REPAIR_ENV }),
    async watch(isWatched) {
      await using server = await startServer({ dataDir, env: REPAIR_ENV })
      await readServed(`${server.url}/playlist/local/${id}.m3u8`, isWatched)
    },
    losePack: (position) => rm(packPath(position)),
    async flipByte(position, offset) {
      const bytes = await readFile(packPath(position))
      bytes[offset] = (bytes[offset] ?? 0) ^ 1
      await writeFile(packPath(position), bytes)
    },
    loseFilm: () => rm(filmPath),
    async loseCatalog() {
      for (const ending of ['', '-wal', '-shm']) await rm(join(dataDir, `catalog.db${ending}`), { force: true })
    },
    env: REPAIR_ENV,
    stored: () => readStored(dataDir, id),
    [Symbol.asyncDispose]: () => rm(dataDir, { recursive: true, force: true }),
  }
}
