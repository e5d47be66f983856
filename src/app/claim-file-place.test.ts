import { mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, sep } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ConflictError, InvalidInputError } from '#domain/errors.ts'
import { claimFilePlace } from './claim-file-place.ts'

const ONE = 'https://example.org/1.mp4'
const OTHER = 'https://example.org/2.mp4'

let folder: string
let output: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'telereel-claim-'))
  output = join(folder, 'film.mp4')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const tryOut = async (url: string, work: (root: string) => Promise<void> = async () => {}) => {
  await using place = await claimFilePlace(output, url)
  await work(place.root)
}

it('leaves nothing behind where nothing was begun', async () => {
  await tryOut(ONE)
  expect(await readdir(folder)).toEqual([])
  await tryOut(OTHER)
})

it.each([
  ['beside it', () => writeFile(`${output}.part`, 'bytes')],
  ['in its folder', (root: string) => writeFile(join(root, 'journal'), 'bytes')],
])('keeps whose it is while there are bytes %s', async (_, begin) => {
  await tryOut(ONE, begin)
  await expect(tryOut(OTHER)).rejects.toBeInstanceOf(ConflictError)
  await tryOut(ONE)
})

it.each([
  ['a name that is too long', 'x'.repeat(300), /too long/],
  ['what is a file', 'a-file/film.mp4', /a part of that path is a file/],
])('says in words that there is no place in %s', async (_, name, words) => {
  await writeFile(join(folder, 'a-file'), '')
  const claiming = claimFilePlace(join(folder, name), ONE)
  await expect(claiming).rejects.toBeInstanceOf(InvalidInputError)
  await expect(claiming).rejects.toThrow(words)
})

it('is not taken from a command that was only stopped, however long', async () => {
  await using place = await claimFilePlace(output, ONE)
  const longAgo = new Date(Date.now() - 3_600_000)
  await utimes(join(place.root, 'lock'), longAgo, longAgo)
  await expect(tryOut(ONE)).rejects.toBeInstanceOf(ConflictError)
})

it.each(['', '{"host":"other","pid":7,"space":"another machine","started":"1"}'])(
  'is taken from a lock that nobody renews: %j',
  async (text) => {
    await mkdir(`${output}.telereel`)
    const lock = join(`${output}.telereel`, 'lock')
    await writeFile(lock, text)
    await expect(tryOut(ONE)).rejects.toBeInstanceOf(ConflictError)
    const longAgo = new Date(Date.now() - 60_000)
    await utimes(lock, longAgo, longAgo)
    await tryOut(ONE)
  },
)

it('is never a link, which somebody else may have laid', async () => {
  const elsewhere = join(folder, 'elsewhere')
  await mkdir(elsewhere)
  await symlink(elsewhere, `${output}.telereel`)
  await expect(tryOut(ONE)).rejects.toThrow('is a link')
  expect(await readdir(elsewhere)).toEqual([])
})

describe('a name in a folder', () => {
  it('is another for each of the commands that choose at the same time, and stays the same for each', async () => {
    const claim = (number: number) => claimFilePlace(folder + sep, `https://example.org/${number}.mp4`)
    const places = await Promise.all([1, 2, 3].map(claim))
    const choose = () => places.map((place) => place.resultPath('Film', 'mkv'))
    const names = choose()
    expect(names.map((path) => basename(path))).toEqual(['Film.mkv', 'Film (2).mkv', 'Film (3).mkv'])
    expect(choose()).toEqual(names)
    for (const place of places) await place[Symbol.asyncDispose]()
  })

  it.each(['../outside.mkv', '/etc/passwd', '..', '', 'a/b.mkv', 'a\0b.mkv'])(
    'is not where a note leads that says %j',
    async (name) => {
      await using place = await claimFilePlace(folder + sep, ONE)
      await writeFile(join(place.root, 'name.mkv'), name)
      expect(place.resultPath('Film', 'mkv')).toBe(join(folder, 'Film.mkv'))
    },
  )
})
