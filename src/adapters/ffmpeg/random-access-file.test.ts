import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { openRandomAccess } from './random-access-file.ts'

const folder = await mkdtemp(join(tmpdir(), 'random-access-'))
afterAll(() => rm(folder, { recursive: true }))
const path = join(folder, 'bytes')
const bytes = Uint8Array.from({ length: 10_000 }, (_, index) => (index * 7 + (index >> 8)) & 255)
await writeFile(path, bytes)

/** Of a file in memory, and of one whose every read counts as slow. */
describe.each([undefined, -1])('a file that is read anywhere (slow from %s ms on)', (slowReadMs) => {
  it('gives many places at once as it gives each alone: in order, shorter at the end, none behind it', async () => {
    await using file = await openRandomAccess(path, slowReadMs)
    const place = fc.record({ offset: fc.nat(11_000), length: fc.nat(900) })
    await fc.assert(
      fc.asyncProperty(fc.array(place, { maxLength: 200 }), async (places) => {
        const found = (await file.readMany?.(places)) ?? []
        expect(found.map((one) => Buffer.from(one))).toEqual(
          places.map(({ offset, length }) => Buffer.from(bytes.subarray(offset, offset + length))),
        )
      }),
      { numRuns: 50 },
    )
  })

  it('is closed when what is being read has been read', async () => {
    const file = await openRandomAccess(path, slowReadMs)
    const reading = file.readMany?.(Array.from({ length: 500 }, (_, index) => ({ offset: index, length: 300 })))
    await file[Symbol.asyncDispose]()
    expect((await reading)?.map((one) => one[0])).toEqual([...bytes.subarray(0, 500)])
  })

  it('says so when it cannot be read', async () => {
    await using file = await openRandomAccess(folder, slowReadMs)
    const places = Array.from({ length: 40 }, () => ({ offset: 0, length: 9 }))
    await expect(file.readMany?.(places)).rejects.toMatchObject({ code: 'EISDIR' })
  })
})
