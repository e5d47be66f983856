import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { BlobNotFoundError } from '#domain/errors.ts'
import { testBlobStore } from '#test/contracts/blob-store.ts'
import { DiskBlobStore } from './disk-blob-store.ts'

testBlobStore('DiskBlobStore', async ({ maxBytes }) => {
  const folder = await mkdtemp(join(tmpdir(), 'telereel-blobs-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  return { store: new DiskBlobStore(folder, maxBytes), [Symbol.asyncDispose]: remove }
})

describe('DiskBlobStore', () => {
  it('takes a synced file without writing its bytes again', async () => {
    await using lab = await openLab()
    const path = join(lab.folder, 'pack')
    await writeFile(path, 'bytes')
    await lab.store.put({ name: 'video00000000001/0', byteLength: 5, path, open: fail })
    expect((await stat(path)).nlink).toBe(2)
  })

  it('replaces a file of the same name that a crash left with other bytes', async () => {
    await using lab = await openLab()
    for (const text of ['first', 'other']) {
      const path = join(lab.folder, text)
      await writeFile(path, text)
      const ref = await lab.store.put({ name: 'video00000000001/0', byteLength: 5, path, open: fail })
      const bytes = await Array.fromAsync(await lab.store.get(ref))
      expect(Buffer.concat(bytes).toString()).toBe(text)
    }
  })

  it('leaves nothing behind when the source breaks off', async () => {
    await using lab = await openLab()
    const open = async function* () {
      yield Buffer.from('half')
      throw new Error('cut')
    }
    await expect(lab.store.put({ name: 'video00000000001/0', byteLength: 9, open })).rejects.toThrow('cut')
    expect(await readdir(join(lab.folder, 'video00000000001'))).toEqual([])
    expect(await Array.fromAsync(lab.store.list())).toEqual([])
  })

  it('opens nothing outside its folder, whatever a ref says', async () => {
    await using lab = await openLab()
    for (const ref of [
      'disk:../../etc/passwd',
      'disk:video00000000001/../x',
      'disk:/etc/000000',
      's3:a/000000',
      'disk:',
    ]) {
      await expect(lab.store.get(ref as 'disk:')).rejects.toBeInstanceOf(BlobNotFoundError)
      await expect(lab.store.size(ref as 'disk:')).rejects.toBeInstanceOf(BlobNotFoundError)
    }
    await expect(lab.store.put({ name: '../x/0', byteLength: 0, open: fail })).rejects.toThrow(TypeError)
  })

  it('removes half-written files of a killed put and lists only whole blobs', async () => {
    await using lab = await openLab()
    await lab.store.put({ name: 'video00000000001/0', byteLength: 1, open: one })
    await writeFile(join(lab.folder, 'video00000000001', '000001.pack.abcdef123456.tmp'), 'half')
    expect(await Array.fromAsync(lab.store.list())).toEqual([
      { ref: 'disk:video00000000001/000000', name: 'video00000000001/0' },
    ])
    expect(await lab.store.removeLeftovers()).toBe(1)
    expect(await readdir(join(lab.folder, 'video00000000001'))).toEqual(['000000.pack'])
  })
})

async function openLab() {
  const folder = await mkdtemp(join(tmpdir(), 'telereel-disk-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  return { folder, store: new DiskBlobStore(folder, 1000), [Symbol.asyncDispose]: remove }
}

// biome-ignore lint/correctness/useYield: it must not be read.
async function* fail(): AsyncIterable<Uint8Array> {
  throw new Error('The bytes were read although the file could be linked.')
}

async function* one(): AsyncIterable<Uint8Array> {
  yield Buffer.from('x')
}
