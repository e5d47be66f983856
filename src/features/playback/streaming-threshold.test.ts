import { describe, expect, it } from 'vitest'
import type { Video } from '#domain/video.ts'
import { FILM_ID, portsOf, TestFilm } from './film.test-support.ts'
import { Playback } from './playback.ts'

const STATISTICS = {
  ...{ segmentDurationSec: 6, segments: 2, copiedSegments: 2, reencodedSegments: 0, averageBytes: 1, largestBytes: 1 },
  ...{ packs: 1, elapsedSec: 1, totalBytes: 5_000_000 },
}

/** Reads the first segment of a film; says whether it is in the cache then. */
async function isCached(video: Partial<Video>, wholeReads: boolean): Promise<boolean> {
  const film = new TestFilm()
  film.addSegments(film.addVideo(), 2)
  film.video = { ...film.video, ...video }
  film.pack = { ...film.pack, byteLength: film.bytes.byteLength }
  const ports = portsOf(film)
  const blobs: typeof ports.blobs = {
    limits: { ...ports.blobs.limits, wholeReads },
    get: (ref, options) => ports.blobs.get(ref, { range: { first: 0, last: film.bytes.byteLength - 1 }, ...options }),
  }
  const playback = new Playback({ ...ports, blobs }, { streamingThresholdBytes: 4_000_000 })
  await playback.videos.get(FILM_ID)
  const segment = film.segments.find(({ index }) => index === 0)
  if (!segment) throw new Error('There is no segment.')
  const chunks = await Array.fromAsync(playback.slices.read(segment.slices))
  expect(Buffer.concat(chunks).equals(film.bytesOf(segment))).toBe(true)
  return segment.slices.every(({ sha256 }) => ports.cache.has(sha256))
}

describe.each([
  ['a store that gives parts', false],
  ['a store that gives whole blobs', true],
])('STREAMING_THRESHOLD_GB over %s', (_store, wholeReads) => {
  it.each<[string, Partial<Video>, boolean]>([
    ['a file at the threshold', { byteLength: 4_000_000 }, true],
    ['a larger file', { byteLength: 4_000_001 }, false],
    ['a file of which more was made than it had', { byteLength: 4_000_000, statistics: STATISTICS }, true],
    ['a recorded stream of which more is stored', { byteLength: 0, statistics: STATISTICS }, false],
    ['a stream that is still recorded', { byteLength: 0, statistics: null }, true],
  ])('lets %s claim the cache or not', async (_what, video, expected) => {
    expect(await isCached(video, wholeReads)).toBe(expected)
  })
})
