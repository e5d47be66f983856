import { createHash } from 'node:crypto'
import { copyFile, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BlobDamagedError, NoSpaceError } from '#domain/errors.ts'
import type { PartFile, PartNote } from '#domain/part-file.ts'
import { failNthDiskCall } from '#test/support/disk-faults.ts'
import { DiskPartFiles } from './disk-part-files.ts'

const BYTES = Buffer.from(Array.from({ length: 1050 }, (_, index) => (index * 7) & 0xff))
const NOTE: PartNote = { validator: '"v1"', byteLength: BYTES.length, partBytes: 100 }
const FACTS = { byteLength: BYTES.length, sha256: createHash('sha256').update(BYTES).digest('hex') }
const NUMBERS = Array.from({ length: 11 }, (_, index) => index)

describe('DiskPartFiles', () => {
  it('takes parts in any order, many at once', async () => {
    await using lab = await openLab()
    const order = fc.shuffledSubarray(NUMBERS, { minLength: NUMBERS.length })
    await fc.assert(
      fc.asyncProperty(order, async (numbers) => {
        await using file = await lab.files.open(lab.path)
        await file.begin(NOTE)
        await Promise.all(numbers.map((number) => write(file, number)))
        expect(await file.finish()).toEqual(FACTS)
        expect([await readFile(lab.path), await readdir(lab.folder)]).toEqual([BYTES, ['film']])
      }),
      { numRuns: 20 },
    )
  })

  it('gives the file the rights that any new file of this user has', async () => {
    await using lab = await openLab()
    {
      await using file = await lab.files.open(lab.path)
      await file.begin(NOTE)
      await Promise.all(NUMBERS.map((number) => write(file, number)))
      await file.finish()
    }
    const any = join(lab.folder, 'any')
    await writeFile(any, '')
    expect((await stat(lab.path)).mode).toBe((await stat(any)).mode)
  })

  it('calls no part safe any more once the disk has failed to make one safe', async () => {
    await using lab = await openLab()
    {
      await using file = await lab.files.open(lab.path)
      await file.begin(NOTE)
      await write(file, 0)
      using _faults = await failNthDiskCall({ code: 'EIO', nth: 1, methods: ['datasync'] })
      // One sync is for the bytes of all: whose were lost nobody knows.
      await expect(write(file, 1)).rejects.toThrow('EIO')
      await expect(write(file, 2)).rejects.toThrow('EIO')
      expect(file.done).toEqual(new Set([0]))
    }
    await using file = await lab.files.open(lab.path)
    expect(file.done).toEqual(new Set([0]))
    await Promise.all(NUMBERS.slice(1).map((number) => write(file, number)))
    expect(await file.finish()).toEqual(FACTS)
  })

  it.each(['.part', '.parts'])('writes through no link that lies at %s', async (ending) => {
    await using lab = await openLab()
    const elsewhere = join(lab.folder, 'elsewhere')
    await writeFile(elsewhere, 'mine')
    await symlink(elsewhere, lab.path + ending)
    await expect(lab.files.open(lab.path)).rejects.toMatchObject({ code: 'invalid-input' })
    expect(await readFile(elsewhere, 'utf8')).toBe('mine')
  })

  it('knows after a crash what is safe, whatever became of the end of its journal', async () => {
    await using lab = await openLab()
    {
      await using file = await lab.files.open(lab.path)
      await file.begin(NOTE)
      for (const number of [0, 1, 4, 5]) await write(file, number)
    }
    const journal = await readFile(`${lab.path}.parts`)
    for (let cut = 0; cut <= journal.length; cut += 31) {
      await writeFile(`${lab.path}.parts`, journal.subarray(0, cut))
      await copyFile(`${lab.path}.part`, `${lab.path}.kept`)
      expect(await goOn(lab, [0, 1, 4, 5])).toEqual(FACTS)
      await copyFile(`${lab.path}.kept`, `${lab.path}.part`)
    }
  })

  it('begins a part again when it is told to, and forgets everything at another beginning', async () => {
    await using lab = await openLab()
    await using file = await lab.files.open(lab.path)
    await file.begin({ ...NOTE, validator: '"other"' })
    await write(file, 3)
    await file.begin(NOTE)
    expect([file.done.size, file.note]).toEqual([0, NOTE])
    for (const number of NUMBERS) {
      await using part = file.openPart(number)
      await part.write(Buffer.alloc(50, 1))
      await part.restart()
      await part.write(partOf(number))
      await part.commit()
    }
    expect(await file.finish()).toEqual(FACTS)
  })

  it('finds bytes that are not what was written, and begins anew then', async () => {
    await using lab = await openLab()
    {
      await using file = await lab.files.open(lab.path)
      await file.begin(NOTE)
      for (const number of NUMBERS) await write(file, number)
    }
    const damaged = await readFile(`${lab.path}.part`)
    damaged[512] = (damaged[512] ?? 0) ^ 1
    await writeFile(`${lab.path}.part`, damaged)
    {
      await using file = await lab.files.open(lab.path)
      await expect(file.finish()).rejects.toBeInstanceOf(BlobDamagedError)
    }
    await using again = await lab.files.open(lab.path)
    expect([again.done.size, again.note]).toEqual([0, null])
  })

  it('finishes again when a crash came between the name and the end', async () => {
    await using lab = await openLab()
    {
      await using file = await lab.files.open(lab.path)
      await file.begin(NOTE)
      for (const number of NUMBERS) await write(file, number)
      await copyFile(`${lab.path}.parts`, `${lab.path}.journal`)
      await file.finish()
    }
    await copyFile(`${lab.path}.journal`, `${lab.path}.parts`)
    await using file = await lab.files.open(lab.path)
    expect(await file.finish()).toEqual(FACTS)
  })

  it('refuses at once what the disk cannot take', async () => {
    await using lab = await openLab()
    await using file = await lab.files.open(lab.path)
    const begun = file.begin({ ...NOTE, byteLength: Number.MAX_SAFE_INTEGER })
    await expect(begun).rejects.toBeInstanceOf(NoSpaceError)
  })
})

function partOf(number: number): Buffer {
  return BYTES.subarray(number * NOTE.partBytes, (number + 1) * NOTE.partBytes)
}

async function write(file: PartFile, number: number): Promise<void> {
  await using part = file.openPart(number)
  await part.write(partOf(number))
  await part.commit()
}

/** Fetches what is not there; only `once` may be. */
async function goOn(lab: Awaited<ReturnType<typeof openLab>>, once: readonly number[]) {
  await using file = await lab.files.open(lab.path)
  if (!file.note) await file.begin(NOTE)
  expect(once.filter((number) => file.done.has(number))).toEqual([...file.done])
  const { done } = file
  for (const number of NUMBERS.filter((each) => !done.has(each))) await write(file, number)
  return await file.finish()
}

async function openLab() {
  const folder = await mkdtemp(join(tmpdir(), 'telereel-parts-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  return { folder, path: join(folder, 'film'), files: new DiskPartFiles(), [Symbol.asyncDispose]: remove }
}
