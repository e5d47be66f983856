import { execFile } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ConflictError, NoSpaceError } from '#domain/errors.ts'
import { FILM, newVideo } from '#test/contracts/catalog-samples.ts'
import { openDatabase } from './open-database.ts'

let folder: string
let config: { readonly kind: 'sqlite'; readonly path: string }
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'telereel-open-'))
  config = { kind: 'sqlite', path: join(folder, 'not/yet/there/catalog.db') }
})
afterEach(() => rmSync(folder, { recursive: true }))

it('makes the file and its folders, and finds everything again when it is opened the next time', async () => {
  {
    await using database = await openDatabase(config)
    await database.catalog.addVideo(newVideo(FILM))
    await database.jobs.add('ingest-video', { videoId: FILM })
  }
  await using again = await openDatabase(config)
  expect(await again.catalog.video(FILM)).toMatchObject({ state: 'queued' })
  expect(await again.jobs.list()).toMatchObject([{ state: 'waiting' }])
})

it.runIf(process.platform !== 'win32')('is nobody else’s to read, whatever the umask allows', async () => {
  const modes = () =>
    readdirSync(dirname(config.path)).map((name) => statSync(join(dirname(config.path), name)).mode & 0o777)
  const umask = process.umask(0)
  try {
    await using database = await openDatabase(config)
    await database.catalog.addVideo(newVideo(FILM))
    expect(new Set(modes())).toEqual(new Set([0o600]))
  } finally {
    process.umask(umask)
  }
  chmodSync(config.path, 0o644)
  await using _again = await openDatabase(config)
  expect(new Set(modes())).toEqual(new Set([0o640]))
})

it('sets SQLite so that what was committed outlives a power cut, and readers do not wait for the writer', async () => {
  await using database = await openDatabase(config)
  const read = async (name: string) => (await sql`pragma ${sql.raw(name)}`.execute(database.db)).rows[0]
  expect(await read('journal_mode')).toEqual({ journal_mode: 'wal' })
  expect(await read('synchronous')).toEqual({ synchronous: 2 })
  expect(await read('foreign_keys')).toEqual({ foreign_keys: 1 })
})

it('can be opened for the first time by many processes at once', async () => {
  const script = fileURLToPath(new URL('../../../test/support/open-database-process.ts', import.meta.url))
  const opening = Array.from({ length: 6 }, () => promisify(execFile)(process.execPath, [script, config.path]))
  await Promise.all(opening)
  await using database = await openDatabase(config)
  expect(await database.catalog.stats()).toMatchObject({ videos: 0 })
}, 30_000)

it('lets two processes write at the same time, each waiting for the other', async () => {
  await using one = await openDatabase(config)
  await using other = await openDatabase(config)
  await one.catalog.addVideo(newVideo(FILM))
  const titles = Array.from({ length: 50 }, (_, index) => `${index}`)
  await Promise.all(titles.map((title, index) => (index % 2 ? one : other).catalog.updateVideo(FILM, { title })))
  expect(await one.catalog.video(FILM)).toEqual(await other.catalog.video(FILM))
})

it('does not open a catalog that a newer version has written, and says so', async () => {
  {
    await using database = await openDatabase(config)
    await sql`insert into migrations values ('9999-the-future', 0)`.execute(database.db)
  }
  const opening = openDatabase(config)
  await expect(opening).rejects.toBeInstanceOf(ConflictError)
  await expect(opening).rejects.toMatchObject({ why: expect.stringContaining('9999-the-future') })
})

it('says that a file is no catalog, and leaves it as it is', async () => {
  const path = join(folder, 'film.mkv')
  writeFileSync(path, 'this is not a database at all'.repeat(1000))
  const opening = openDatabase({ kind: 'sqlite', path })
  await expect(opening).rejects.toBeInstanceOf(ConflictError)
  await expect(opening).rejects.toMatchObject({ fix: expect.stringContaining('rebuild') })
  expect(existsSync(`${path}-wal`)).toBe(false)
})

it('says when the disk is full, and goes on when there is room again', async () => {
  await using database = await openDatabase(config)
  await sql`pragma max_page_count = 40`.execute(database.db)
  const filling = async () => {
    for (let video = 0; ; video++)
      await database.catalog.addVideo(newVideo(`${video}` as typeof FILM, { title: 'x'.repeat(5000) }))
  }
  await expect(filling()).rejects.toBeInstanceOf(NoSpaceError)
  await sql`pragma max_page_count = 4000`.execute(database.db)
  await database.catalog.addVideo(newVideo(FILM))
  expect(await database.catalog.video(FILM)).toMatchObject({ id: FILM })
})
