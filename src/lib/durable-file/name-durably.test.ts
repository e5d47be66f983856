import { existsSync, fstatSync, statSync } from 'node:fs'
import { type FileHandle, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { nameDurably } from './name-durably.ts'

afterEach(() => vi.restoreAllMocks())

describe('nameDurably', () => {
  it('makes the bytes safe before the name, and the name before it resolves', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'telereel-name-'))
    const [temporary, path] = [join(folder, 'growing'), join(folder, 'whole')]
    await writeFile(temporary, 'the new bytes')
    await writeFile(path, 'an older file')
    const inode = statSync(temporary).ino
    const { steps, watch } = syncsSeen(() => existsSync(temporary))
    await watch(folder)
    await nameDurably(temporary, path)
    expect(steps).toEqual([
      { inode, isUnnamed: true },
      { inode: statSync(folder).ino, isUnnamed: false },
    ])
    expect(await readFile(path, 'utf8')).toBe('the new bytes')
    await rm(folder, { recursive: true })
  })

  it('leaves what had the name when there is nothing to give it to', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'telereel-name-'))
    await writeFile(join(folder, 'whole'), 'an older file')
    await expect(nameDurably(join(folder, 'none'), join(folder, 'whole'))).rejects.toMatchObject({ code: 'ENOENT' })
    expect(await readFile(join(folder, 'whole'), 'utf8')).toBe('an older file')
    await rm(folder, { recursive: true })
  })
})

/** What is asked of the medium, in order; the real calls are made. */
function syncsSeen(isUnnamed: () => boolean) {
  const steps: { readonly inode: number; readonly isUnnamed: boolean }[] = []
  const watch = async (folder: string) => {
    const handle = await open(folder, 'r')
    const kind = Object.getPrototypeOf(handle) as FileHandle
    await handle.close()
    const real = kind.sync
    vi.spyOn(kind, 'sync').mockImplementation(function sync(this: FileHandle) {
      steps.push({ inode: fstatSync(this.fd).ino, isUnnamed: isUnnamed() })
      return real.call(this)
    })
  }
  return { steps, watch }
}
