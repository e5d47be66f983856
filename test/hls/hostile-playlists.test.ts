import { Worker } from 'node:worker_threads'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ByteRange } from '#lib/hls/byte-range.ts'
import type { MediaSegment } from '#lib/hls/media-playlist.ts'
import { parsePlaylist } from '#lib/hls/parse-playlist.ts'
import { PlaylistError } from '#lib/hls/playlist-error.ts'
import type { HowItWent } from '../support/hostile/parse-hostile-playlists.ts'
import { HOSTILE_PLAYLISTS } from '../support/hostile-playlists.ts'
import { MUTATED_PLAYLIST } from '../support/mutated-playlists.ts'

/** shared/safety.md, goal S3: of the whole reader. */
const MOST_MB = 200
const MOST_MS = 30_000

describe('hostile playlists', () => {
  it(`${HOSTILE_PLAYLISTS.length} made by hand: a typed error with its line or a playlist, within ${MOST_MB} MB`, async () => {
    const went = await parseAll()
    expect(HOSTILE_PLAYLISTS.length).toBeGreaterThanOrEqual(60)
    expect(went.map(({ name, outcome }) => [name, outcome])).toEqual(
      HOSTILE_PLAYLISTS.map(({ name, parsed }) => [name, parsed]),
    )
    for (const { outcome, line, ms } of went) {
      if (outcome !== 'playlist') expect(line).toBeGreaterThanOrEqual(1)
      expect(ms).toBeLessThan(MOST_MS)
    }
  })

  it('2,000 generated: a PlaylistError or a playlist whose numbers can be counted with', () => {
    fc.assert(fc.property(MUTATED_PLAYLIST, expectTyped), { numRuns: 2000 })
  })

  it('those made by hand give numbers that can be counted with, too', () => {
    for (const { text } of HOSTILE_PLAYLISTS) expectTyped(text())
  })
})

function expectTyped(text: string): void {
  let list: ReturnType<typeof parsePlaylist>
  try {
    list = parsePlaylist(text, 'https://example.com/a/b.m3u8?token=t', { imports: new Map([['n', 'v']]) })
  } catch (error) {
    if (!(error instanceof PlaylistError)) throw error
    expect(error.line).toBeGreaterThanOrEqual(1)
    expect(error.reason).not.toBe('')
    return
  }
  if (list.kind === 'media') for (const segment of list.segments) expectCountable(segment)
}

/** Whoever reads adds and compares these; dates become text. */
function expectCountable({ durationSec, byteRange, msn, dsn, map, keys, programDateTime }: MediaSegment): void {
  const wrong = [
    ...[msn, dsn].filter((count) => !Number.isSafeInteger(count) || count < 0),
    ...[durationSec].filter((sec) => !Number.isFinite(sec) || sec < 0),
    ...[byteRange, map?.byteRange ?? null].filter((range) => range !== null && !isRange(range)),
    ...keys.map(({ iv }) => iv).filter((iv) => iv !== null && !/^[0-9a-f]{32}$/.test(iv)),
    ...[programDateTime?.ms ?? 0].filter((ms) => Number.isNaN(new Date(ms).getTime())),
  ]
  if (wrong.length > 0) throw new Error(`MSN ${msn}: ${JSON.stringify(wrong).slice(0, 200)}`)
}

function isRange({ offset, length }: ByteRange): boolean {
  return offset >= 0 && length >= 0 && Number.isSafeInteger(offset + length)
}

/** In a thread that dies beyond its memory. */
async function parseAll(): Promise<HowItWent[]> {
  const went: HowItWent[] = []
  const file = new URL('../support/hostile/parse-hostile-playlists.ts', import.meta.url)
  const worker = new Worker(file, { resourceLimits: { maxOldGenerationSizeMb: MOST_MB } })
  worker.on('message', (one: HowItWent) => went.push(one))
  const code = await new Promise((resolve, reject) => worker.once('error', reject).once('exit', resolve))
  expect(code).toBe(0)
  return went
}
