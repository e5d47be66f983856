import { randomBytes } from 'node:crypto'
import { DiskRecordings } from '#adapters/disk/disk-recordings.ts'

/** A process of its own: adds segments of noise to the recording `killed` in a folder, eight at a time, and says which are safe. */
const [, , folder = ''] = process.argv
const recording = await new DiskRecordings(folder).open('killed')
let next = Math.max(-1, ...(recording.segments.get('main') ?? []).map(({ position }) => position)) + 1

async function writeOn(): Promise<never> {
  for (;;) {
    const position = next++
    await using file = await recording.createFile()
    for (let piece = 0; piece < 5; piece++) await file.write(randomBytes(position % 9 === 0 ? 9 : 90_000))
    await file.commit({
      kind: 'segment',
      rendition: 'main',
      position,
      msn: position,
      period: 0,
      durationSec: 1,
      init: null,
      gap: null,
      uriPath: `/${position}`,
    })
    const there = recording.segments.get('main')?.find((each) => each.position === position)
    process.send?.([position, there?.sha256])
  }
}

await Promise.all(Array.from({ length: 8 }, writeOn))
