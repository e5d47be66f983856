import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BlobDamagedError } from '#domain/errors.ts'
import type { FileFacts } from '#domain/result-file.ts'
import { failNthDiskCall } from '#test/support/disk-faults.ts'
import { DiskResultFiles } from './disk-result-files.ts'

const TEXTS = ['one ', 'two two ', '', 'three three three ', 'four']
const WHOLE = TEXTS.join('')

describe('DiskResultFiles', () => {
  it('joins pieces and gives the file its name at the end, with its length and hash', async () => {
    await using lab = await openLab()
    await writeFile(lab.path, 'an older result')
    await using file = await lab.files.open(lab.path)
    for (const piece of lab.pieces) await file.append(piece.path, piece)
    expect(await readFile(lab.path, 'utf8')).toBe('an older result')
    expect(await file.finish()).toEqual(factsOf(WHOLE))
    expect([await readFile(lab.path, 'utf8'), await lab.rest()]).toEqual([WHOLE, ['result']])
  })

  it('gives the file the rights that any new file of this user has', async () => {
    await using lab = await openLab()
    expect(await keepOrAppend(lab)).toEqual(factsOf(WHOLE))
    const any = join(lab.folder, 'any')
    await writeFile(any, '')
    expect((await stat(lab.path)).mode).toBe((await stat(any)).mode)
  })

  it('writes through no link that lies where it is to grow', async () => {
    await using lab = await openLab()
    const elsewhere = join(lab.folder, 'elsewhere')
    await writeFile(elsewhere, 'mine')
    await symlink(elsewhere, `${lab.path}.part`)
    await expect(lab.files.open(lab.path)).rejects.toMatchObject({ code: 'invalid-input' })
    expect(await readFile(elsewhere, 'utf8')).toBe('mine')
  })

  it('goes on with whatever an earlier run left: what is not proved is written anew', async () => {
    await using lab = await openLab()
    const left = fc.record({
      length: fc.nat(WHOLE.length + 5),
      damage: fc.option(fc.nat(WHOLE.length - 1), { nil: null }),
    })
    await fc.assert(
      fc.asyncProperty(left, fc.constantFrom('result.part', 'result'), async ({ length, damage }, name) => {
        for (const each of await lab.rest()) await rm(join(lab.folder, each))
        const bytes = Buffer.from(WHOLE.padEnd(WHOLE.length + 5, '!')).subarray(0, length)
        if (damage !== null && damage < length) bytes[damage] = 0
        await writeFile(join(lab.folder, name), bytes)
        expect(await keepOrAppend(lab)).toEqual(factsOf(WHOLE))
        expect([await readFile(lab.path, 'utf8'), await lab.rest()]).toEqual([WHOLE, ['result']])
      }),
      { numRuns: 150 },
    )
  })

  it('does not believe in bytes that the disk would not make safe, and no longer writes behind them', async () => {
    await using lab = await openLab()
    const [first, second, ...others] = lab.pieces as [Piece, Piece, ...Piece[]]
    {
      await using file = await lab.files.open(lab.path)
      await file.append(first.path, first)
      await file.sync()
      await file.append(second.path, second)
      using _faults = await failNthDiskCall({ code: 'EIO', nth: 1, methods: ['datasync'] })
      await expect(file.sync()).rejects.toThrow('EIO')
      await expect(file.sync()).rejects.toThrow('EIO')
      await expect(Promise.all(others.map((piece) => file.append(piece.path, piece)))).rejects.toThrow('EIO')
      await expect(file.finish()).rejects.toThrow('EIO')
    }
    expect(await readFile(`${lab.path}.part`, 'utf8')).toBe(TEXTS[0])
    expect(await keepOrAppend(lab)).toEqual(factsOf(WHOLE))
    expect([await readFile(lab.path, 'utf8'), await lab.rest()]).toEqual([WHOLE, ['result']])
  })

  it('needs no piece again of a result that has its name already', async () => {
    await using lab = await openLab()
    await writeFile(lab.path, WHOLE)
    await using file = await lab.files.open(lab.path)
    for (const piece of lab.pieces) expect(await file.keep(piece)).toBe(true)
    await file.sync()
    expect(await file.finish()).toEqual(factsOf(WHOLE))
  })

  it('says what is wrong when a piece is gone, and keeps what it has', async () => {
    await using lab = await openLab()
    const [one, two] = lab.pieces
    await using file = await lab.files.open(lab.path)
    if (one) await file.append(one.path, one)
    const gone = two && file.append(join(lab.folder, 'gone'), two)
    await expect(gone).rejects.toMatchObject({ code: 'blob-damaged', why: expect.any(String), fix: expect.any(String) })
    expect(file.byteLength).toBe(one?.byteLength)
  })

  it('takes no file that is not what it should be', async () => {
    await using lab = await openLab()
    await using file = await lab.files.open(lab.path)
    const [first, second] = lab.pieces as [Piece, Piece]
    await expect(file.append(first.path, second)).rejects.toBeInstanceOf(BlobDamagedError)
    await file.append(first.path, first)
    expect(await file.finish()).toEqual(factsOf('one '))
  })
})

type Piece = FileFacts & { readonly path: string }

function factsOf(text: string): FileFacts {
  return { byteLength: text.length, sha256: createHash('sha256').update(text).digest('hex') }
}

async function keepOrAppend(lab: Awaited<ReturnType<typeof openLab>>): Promise<FileFacts> {
  await using file = await lab.files.open(lab.path)
  let keeping = true
  for (const piece of lab.pieces) {
    keeping = keeping && (await file.keep(piece))
    if (!keeping) await file.append(piece.path, piece)
  }
  return await file.finish()
}

async function openLab() {
  const folder = await mkdtemp(join(tmpdir(), 'telereel-result-'))
  const pieces: Piece[] = []
  for (const [index, text] of TEXTS.entries()) {
    const path = join(folder, `piece-${index}`)
    await writeFile(path, text)
    pieces.push({ path, ...factsOf(text) })
  }
  return {
    folder,
    pieces,
    files: new DiskResultFiles(),
    path: join(folder, 'result'),
    rest: async () => (await readdir(folder)).filter((name) => !name.startsWith('piece-')).sort(),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}
