import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { NoSpaceError } from '#domain/errors.ts'
import { DiskPartFiles } from './disk-part-files.ts'
import { DiskRecordings } from './disk-recordings.ts'
import { KeptRoom } from './kept-room.ts'

it('lets all be written but what is kept, however it is cut', async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 40_000_000 }), { maxLength: 40 })
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 500_000_000 }), sizes, async (freeAtFirst, writes) => {
      const disk = { freeBytes: freeAtFirst, totalBytes: 1_000_000_000 }
      const room = new KeptRoom('/', async () => ({ ...disk }))
      for (const byteLength of writes) {
        const taking = room.take(byteLength)
        if (disk.freeBytes - byteLength < 50_000_000) await expect(taking).rejects.toBeInstanceOf(NoSpaceError)
        else {
          await taking
          disk.freeBytes -= byteLength
        }
      }
    }),
  )
})

it('keeps no more than 1 GB of a large disk', async () => {
  const room = new KeptRoom('/', async () => ({ freeBytes: 1_100_000_000, totalBytes: 4e12 }))
  await room.take(90_000_000)
  await expect(room.take(90_000_000)).resolves.toBeUndefined()
  await expect(room.take(200_000_000)).rejects.toBeInstanceOf(NoSpaceError)
})

it('ends downloads of streams and files that would take it, and lets them go on when there is room', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'telereel-room-'))
  const disk = { freeBytes: 50_100_000, totalBytes: 1_000_000_000 }
  const room = new KeptRoom(folder, async () => disk)
  await using recording = await new DiskRecordings(folder, room).open('stream')
  await using part = await new DiskPartFiles(room).open(join(folder, 'film'))
  await part.begin({ validator: null, byteLength: null, partBytes: 1 })
  const write = async (to: { write(chunk: Uint8Array): Promise<void> }) => {
    for (let count = 0; count < 40; count++) await to.write(new Uint8Array(64 * 1024))
  }
  for (const isFull of [true, false]) {
    if (!isFull) disk.freeBytes = 900_000_000
    await using file = await recording.createFile()
    await using writer = part.openPart(0)
    for (const to of [file, writer]) {
      if (isFull) await expect(write(to)).rejects.toBeInstanceOf(NoSpaceError)
      else await write(to)
    }
  }
  await rm(folder, { recursive: true })
})
