import { mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { makeFolder } from './make-folder.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'telereel-folder-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

it('makes a folder with all above it, and leaves one that is there', async () => {
  const path = join(root, 'a', 'b', 'c')
  expect([await makeFolder(path, 0o700), await makeFolder(path)]).toEqual([true, false])
  expect((await stat(path)).mode & 0o777).toBe(0o700)
  expect(await makeFolder(`${join(root, 'd', 'e')}/`)).toBe(true)
  await symlink(path, join(root, 'link'))
  expect(await makeFolder(join(root, 'link'))).toBe(false)
})

it('can be asked for the same folder by many at once', async () => {
  await Promise.all(Array.from({ length: 20 }, () => makeFolder(join(root, 'a', 'b', 'c'))))
  expect(await readdir(join(root, 'a', 'b'))).toEqual(['c'])
})

it.each([
  ['what is a file', 'file', 'EEXIST'],
  ['a file', 'file/below', 'ENOTDIR'],
  ['a link that leads nowhere', 'nowhere/below', /^(EEXIST|ENOENT)$/],
])('rejects for %s', async (_, name, code) => {
  await writeFile(join(root, 'file'), '')
  await symlink(join(root, 'gone', 'away'), join(root, 'nowhere'))
  await expect(makeFolder(join(root, name))).rejects.toMatchObject({ code: expect.stringMatching(code) })
})

it('ends where nothing can be made', async () => {
  await expect(makeFolder('/proc/telereel/a')).rejects.toMatchObject({ code: expect.any(String) })
})
