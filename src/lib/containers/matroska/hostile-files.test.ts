import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { ContainerError } from '../container-error.ts'
import { inMemory, mediaFolder } from '../iso-bmff/media.test-support.ts'
import type { RandomAccess } from '../random-access.ts'
import { ID } from './element-id.ts'
import { keyFrameIndexOf } from './key-frame-index-of.ts'
import {
  blockBody,
  cluster,
  collect,
  ebmlHeader,
  element,
  endless,
  join,
  matroska,
  simpleBlock,
  trackEntry,
} from './matroska.test-support.ts'
import { readMatroska } from './read-matroska.ts'

const folder = mediaFolder()
afterAll(() => folder[Symbol.dispose]())

const SOURCES = '-f lavfi -i testsrc2=s=64x48:r=25:d=3 -f lavfi -i sine=d=3:r=48000'
const REAL = [
  folder.make('one.mkv', `${SOURCES} -c:v libx264 -preset ultrafast -bf 2 -g 12 -c:a ac3 -b:v 50k`),
  folder.make('two.webm', `${SOURCES} -c:v libvpx -g 12 -b:v 50k -c:a libopus -live 1`),
].map((path) => new Uint8Array(readFileSync(path)))
const SMALL = matroska(
  [trackEntry({ codec: 'V_AV1' }), trackEntry({ number: 2, type: 2, codec: 'A_AC3' })],
  cluster(
    0,
    simpleBlock({ data: new Uint8Array(20) }),
    simpleBlock({ track: 2, flags: 6, data: Uint8Array.of(1, 0x82, 1, 2, 3) }),
  ),
  cluster(
    500,
    element(ID.blockGroup, [element(ID.block, blockBody({ data: new Uint8Array(9) })), element(ID.blockDuration, 40)]),
  ),
)

/** A file that stops a reader which goes round in circles, with an error that no test accepts. */
function counted(bytes: Uint8Array): RandomAccess & { bytesRead: number } {
  let readsLeft = 20_000
  const file = inMemory(bytes)
  const counting = {
    size: file.size,
    bytesRead: 0,
    read: (offset: number, length: number) => {
      if (readsLeft-- === 0) throw new Error('the reader never ends')
      counting.bytesRead += length
      return file.read(offset, length)
    },
  }
  return counting
}

/** Reads all there is in every way; answers the code of the error, if any. */
async function readAll(bytes: Uint8Array): Promise<string> {
  const file = counted(bytes)
  try {
    const mkv = await readMatroska(file)
    await keyFrameIndexOf(mkv, file)
    const trackNumbers = mkv.tracks.map((track) => track.number)
    const borders = [Number.NEGATIVE_INFINITY, 1, 2]
    const from = new Map(trackNumbers.map((number) => [number, 1]))
    await collect(file, mkv, { trackNumbers, borders, from })
    await collect(file, mkv, { trackNumbers, borders })
    return 'read'
  } catch (error) {
    if (error instanceof ContainerError) return error.code
    throw error
  } finally {
    expect(file.bytesRead).toBeLessThan(20 * bytes.byteLength + 500_000)
  }
}

describe('mutated files', () => {
  const changes = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255)), {
    minLength: 1,
    maxLength: 8,
  })

  it.each([
    ['H.264 and AC-3', REAL[0] as Uint8Array, 1],
    ['VP8 and Opus, live', REAL[1] as Uint8Array, 1],
    // Most of these hit the header.
    ['H.264 and AC-3, its first kilobyte', REAL[0] as Uint8Array, 1024 / (REAL[0]?.byteLength ?? 1)],
    ['three blocks', SMALL, 1],
  ])('of %s are read, or refused with a typed error', async (_, original, share) => {
    await fc.assert(
      fc.asyncProperty(changes, async (list) => {
        const bytes = original.slice()
        for (const [place, value] of list) bytes[Math.floor(place * share * (bytes.byteLength - 1))] = value
        await readAll(bytes)
      }),
      { numRuns: 150 },
    )
  })

  it('cut anywhere are read, or refused as truncated', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(SMALL.byteLength), async (length) => {
        expect(['read', 'truncated', 'not-this-container', 'malformed']).toContain(
          await readAll(SMALL.subarray(0, length)),
        )
      }),
    )
  })

  it('of random bytes behind a true header are read, or refused with a typed error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (rest) => {
        const tracks = element(ID.tracks, [trackEntry()])
        await readAll(join([ebmlHeader(), rest]))
        await readAll(join([ebmlHeader(), endless(ID.segment, rest)]))
        await readAll(join([ebmlHeader(), endless(ID.segment, tracks, rest)]))
        await readAll(
          join([ebmlHeader(), endless(ID.segment, tracks, endless(ID.cluster, element(ID.timestamp, 0), rest))]),
        )
      }),
    )
  })
})

describe('files made to cost much', () => {
  const tracks = element(ID.tracks, [trackEntry()])
  const voids = new Uint8Array(400_000).map((_, index) => (index % 2 === 0 ? 0xec : 0x80))

  it('are refused: hundreds of thousands of empty elements before the first block, or before the Tracks', async () => {
    expect(await readAll(matroska([trackEntry()], element(ID.cluster, [element(ID.timestamp, 0), voids])))).toBe(
      'malformed',
    )
    expect(await readAll(join([ebmlHeader(), element(ID.segment, [voids, tracks])]))).toBe('malformed')
  })

  it('are refused: Cues by the million', async () => {
    const many = new Uint8Array(1_200_000).map((_, index) => (index % 2 === 0 ? 0xbb : 0x80))
    const file = counted(
      matroska([trackEntry()], element(ID.cues, [many]), cluster(0, simpleBlock({ data: many.subarray(9) }))),
    )
    expect((await readMatroska(file)).cues).toBeNull()
  })

  it('are refused: thousands of cues that each need a walk through one Cluster', async () => {
    const keys = Array.from({ length: 3000 }, (_, ticks) => simpleBlock({ ticks, data: new Uint8Array(2) }))
    const file = inMemory(matroska([trackEntry()], cluster(0, ...keys)))
    const mkv = await readMatroska(file)
    const place = { trackNumber: 1, clusterAt: mkv.firstClusterAt ?? 0, relativePosition: null }
    const index = await keyFrameIndexOf({ ...mkv, cues: keys.map((_, ticks) => ({ ...place, ticks })) }, file)
    expect(index).toMatchObject({ index: null, reason: 'partial' })
  })
})
