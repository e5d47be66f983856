import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
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
