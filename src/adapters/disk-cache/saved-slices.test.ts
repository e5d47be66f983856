import { createHash, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SavedSlicesInFolder } from './saved-slices.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'telereel-saved-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

async function save(bytes: Uint8Array, video: string, written = bytes) {
  const slice = { sha256: createHash('sha256').update(bytes).digest('hex'), length: bytes.byteLength }
  await mkdir(join(dir, video), { recursive: true })
  await writeFile(join(dir, video, `${slice.sha256}-${slice.length}`), written)
  return slice
}

describe('what a disk cache has saved', () => {
  it('is given by hash, whichever video it was read for, and nothing in the folder changes', async () => {
    const bytes = randomBytes(1000)
    const slice = await save(bytes, 'film00000000001')
    await mkdir(join(dir, 'other0000000001'))
    await mkdir(join(dir, '.new'))
    await writeFile(join(dir, '.new', 'being-written'), 'x')
    const before = await readdir(dir, { recursive: true })
    const into = new Uint8Array(1000)
    expect(await new SavedSlicesInFolder(dir).read(slice, into)).toBe(true)
    expect(bytes.equals(into)).toBe(true)
    expect(await readdir(dir, { recursive: true })).toEqual(before)
  })

  it('is not given when it is damaged, cut or not there', async () => {
    const [flipped, cut] = [randomBytes(100), randomBytes(100)]
    const slices = [
      await save(flipped, 'film00000000001', Buffer.from(flipped).fill(0, 50, 51)),
      await save(cut, 'film00000000001', cut.subarray(0, 99)),
      { sha256: 'ab'.repeat(32), length: 100 },
    ]
    const saved = new SavedSlicesInFolder(dir)
    for (const slice of slices) expect(await saved.read(slice, new Uint8Array(100))).toBe(false)
    expect(await new SavedSlicesInFolder(join(dir, 'nowhere')).read(slices[0] as never, flipped)).toBe(false)
  })
})
