import { afterAll, beforeAll, expect, it } from 'vitest'
import { ingestMatrixFile } from '../support/ingest-matrix.ts'
import { COUNTER_BITS, COUNTER_BLOCK_PIXELS, FRAME_RATE } from '../support/media-matrix-pictures.ts'
import { lookWithVlc } from '../support/players/vlc.ts'
import { type RunningServer, startServer } from '../support/start-server.ts'

let server: RunningServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server[Symbol.asyncDispose]())

/** VLC begins at the start of the segment that holds the moment, shows all from there, and then the moment. */
it.each([
  ['mkv-open-gop', 6],
  ['mp4-one-idr', 0],
] as const)('VLC begins in the middle of %s with whole pictures', async (name, segmentSec) => {
  const { url } = await ingestMatrixFile(server, name, 'http')
  const { numbers, errorLines } = await lookWithVlc(url, 7.5, COUNTER_BLOCK_PIXELS, COUNTER_BITS)
  expect(errorLines).toEqual([])
  expect(numbers).toEqual(numbers.toSorted((one, other) => one - other))
  // On a busy machine it leaves out single pictures.
  expect(numbers.filter((number) => number >= 7.5 * FRAME_RATE && number < 9 * FRAME_RATE).length).toBeGreaterThan(10)
  expect(numbers[0]).toBeGreaterThanOrEqual(segmentSec * FRAME_RATE)
  expect(numbers[0]).toBeLessThanOrEqual(7.5 * FRAME_RATE)
})
