import { expect, it } from 'vitest'
import type { SegmentPiece } from '#lib/containers/segmenter/segment-piece.ts'
import { inStep } from './in-step.ts'

const piece = (trackId: number, index: number | 'init'): SegmentPiece => ({ trackId, index, bytes: [], byteLength: 0 })
const name = ({ trackId, index }: SegmentPiece) => `${trackId}:${index}`

async function* counted(pieces: readonly SegmentPiece[], seen: { count: number }) {
  for (const one of pieces) {
    seen.count++
    yield one
  }
}

it('lets the source go next that is furthest behind', async () => {
  const fast = [piece(0, 'init'), piece(0, 0), piece(0, 1), piece(0, 2), piece(0, 3)]
  const slow = [piece(1, 'init'), piece(1, 0), piece(1, 2)]
  const told = (await Array.fromAsync(inStep([fast, slow].map((pieces) => counted(pieces, { count: 0 }))))).map(name)
  expect(told).toEqual(['0:init', '0:0', '1:init', '1:0', '0:1', '1:2', '0:2', '0:3'])
})

it('reads no source further than the others are', async () => {
  const seen = { count: 0 }
  const pieces = Array.from({ length: 100 }, (_, index) => piece(0, index))
  const told = inStep([counted(pieces, seen), counted([piece(1, 0), piece(1, 50)], { count: 0 })])
  for (let taken = 0; taken < 3; taken++) await told.next()
  expect(seen.count).toBeLessThan(4)
  await told.return(undefined)
})
