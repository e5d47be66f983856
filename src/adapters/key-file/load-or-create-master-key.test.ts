import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ConflictError, InvalidInputError } from '#domain/errors.ts'
import { MasterKey } from '#lib/sealing/master-key.ts'
import { formatRecoveryKey } from '#lib/sealing/recovery-key.ts'
import { loadOrCreateMasterKey } from './load-or-create-master-key.ts'

describe('the file of the recovery key', () => {
  it('is made once, for its owner only, and read from then on', async () => {
    await using lab = await openLab()
    const first = await loadOrCreateMasterKey(lab.folder)
    const again = await loadOrCreateMasterKey(lab.folder)
    expect([first.created, first.permissions, again.created]).toEqual([true, 'private', false])
    expect(formatRecoveryKey(again.key)).toBe(formatRecoveryKey(first.key))
    expect(await readFile(lab.path, 'utf8')).toBe(`${formatRecoveryKey(first.key)}\n`)
    expect((await stat(lab.path)).mode & 0o777).toBe(0o600)
    expect(await readdir(lab.folder)).toEqual(['recovery-key'])
  })

  it('is the same for all who make it at once', async () => {
    await using lab = await openLab()
    const all = await Promise.all(Array.from({ length: 20 }, () => loadOrCreateMasterKey(lab.folder)))
    expect(new Set(all.map(({ key }) => formatRecoveryKey(key))).size).toBe(1)
    expect(all.filter(({ created }) => created).length).toBe(1)
    expect(await readdir(lab.folder)).toEqual(['recovery-key'])
  })

  it('takes the key of a library that is being recovered, and never in the place of another', async () => {
    await using lab = await openLab()
    const key = MasterKey.random()
    const made = await loadOrCreateMasterKey(lab.folder, key)
    const again = await loadOrCreateMasterKey(lab.folder, key)
    expect([made.created, again.created]).toEqual([true, false])
    await expect(loadOrCreateMasterKey(lab.folder, MasterKey.random())).rejects.toBeInstanceOf(ConflictError)
    expect(await readFile(lab.path, 'utf8')).toBe(`${formatRecoveryKey(key)}\n`)
  })

  it.each(['', 'TR000', `${formatRecoveryKey(MasterKey.random())}-00000`])(
    'is never overwritten, not even when it holds no key: %j',
    async (text) => {
      await using lab = await openLab()
      await writeFile(lab.path, text)
      await expect(loadOrCreateMasterKey(lab.folder)).rejects.toBeInstanceOf(InvalidInputError)
      await expect(loadOrCreateMasterKey(lab.folder, MasterKey.random())).rejects.toBeInstanceOf(InvalidInputError)
      expect(await readFile(lab.path, 'utf8')).toBe(text)
    },
  )

  it('is closed to others when it was open to them, which is told', async () => {
    await using lab = await openLab()
    await loadOrCreateMasterKey(lab.folder)
    await chmod(lab.path, 0o644)
    expect((await loadOrCreateMasterKey(lab.folder)).permissions).toBe('tightened')
    expect((await stat(lab.path)).mode & 0o777).toBe(0o600)
    expect((await loadOrCreateMasterKey(lab.folder)).permissions).toBe('private')
  })
})

async function openLab() {
  const folder = await mkdtemp(join(tmpdir(), 'telereel-key-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  return { folder, path: join(folder, 'recovery-key'), [Symbol.asyncDispose]: remove }
}
