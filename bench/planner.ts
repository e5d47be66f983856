/** Planning long films, beside reading the same index from JSON, which touches each number once. `node bench/planner.ts` */
import type { GroupOfPictures, MediaIndex } from '#domain/media-index.ts'
import type { MediaInfo } from '#domain/media-info.ts'
import { planIngest } from '#features/ingest/plan-ingest.ts'
import { bench } from './support/bench.ts'
import { compared } from './support/figure.ts'

const ROUNDS = 25
const SETTINGS = { minSegmentSec: 2, maxSegmentSec: 30, maxSegmentBytes: 19_000_000, oversized: 'split' } as const

const FILMS = [
  { name: '3 h, key frame every 2 s', hours: 3, gopSec: 2 },
  { name: '5 h, key frame every 0.25 s', hours: 5, gopSec: 0.25 },
]

await bench('Planner', async ({ quietness, add }) => {
  for (const { name, hours, gopSec } of FILMS) {
    const [info, index] = [infoOf(hours * 3600), indexOf(hours * 3600, gopSec)]
    const json = JSON.stringify(index)
    const [ours, parse] = [[] as number[], [] as number[]]
    await quietness.look()
    for (let round = 0; round < ROUNDS; round++) {
      ours.push(timed(() => planIngest(info, index, SETTINGS)))
      parse.push(timed(() => JSON.parse(json)))
    }
    // A parser in C++ beside planning in JavaScript: some times as long is what linear work costs, quadratic would be thousands.
    add(compared(`plan of ${name}`, { ours, limit: parse, unit: 'ms', beside: 'JSON.parse of the index', allowed: 5 }))
  }
})

function timed(work: () => unknown): number {
  const startMs = performance.now()
  work()
  return performance.now() - startMs
}

/** Sizes and distances that vary as in a film, the same in every run. */
function indexOf(durationSec: number, gopSec: number): MediaIndex {
  const gops: GroupOfPictures[] = []
  for (let startSec = 0, number = 0; startSec < durationSec; number++) {
    const lengthSec = gopSec * (0.5 + ((number * 7919) % 101) / 101)
    gops.push({
      startSec,
      byteLength: Math.round(lengthSec * 1e6 * (0.5 + ((number * 104_729) % 97) / 97)),
      closed: true,
    })
    startSec += lengthSec
  }
  return { origin: 'container', startSec: 0, endSec: durationSec, gops }
}

function infoOf(durationSec: number): MediaInfo {
  const facts = {
    ...{ profile: null, language: 'und', title: null, isDefault: true, forced: false },
    ...{ hearingImpaired: false, bitRate: null, startSec: 0 },
  }
  const shown = {
    width: 1920,
    height: 1080,
    rotation: 0,
    pixelFormat: 'yuv420p',
    frameRate: 25,
    videoRange: 'SDR',
  } as const
  return {
    ...{ container: 'matroska', byteLength: 8e9, startSec: 0, durationSec, title: null, chapters: [] },
    streams: [
      { ...facts, ...shown, kind: 'video', index: 0, codec: 'h264', isCover: false, interlaced: false },
      { ...facts, kind: 'audio', index: 1, codec: 'aac', channels: 2, sampleRate: 48_000 },
    ],
  }
}
