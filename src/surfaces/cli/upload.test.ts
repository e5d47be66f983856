import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { VideoId } from '#domain/ids.ts'
import type { Job } from '#domain/job-queue.ts'
import type { IngestStatistics, Video } from '#domain/video.ts'
import type { CliLibrary } from './cli-ports.ts'
import { runInLibrary } from './run-in-library.test-support.ts'

const STATISTICS: IngestStatistics = {
  segmentDurationSec: 4,
  segments: 10,
  copiedSegments: 10,
  reencodedSegments: 0,
  totalBytes: 1e6,
  averageBytes: 1e5,
  largestBytes: 2e5,
  packs: 1,
  elapsedSec: 12,
}

let talk: string[]
let registered: string[]
let stop: AbortController
beforeEach(() => {
  talk = []
  registered = []
  stop = new AbortController()
})

/** `upload` of this file, so often, with a library whose work is done when `follow` says so. */
function upload(follow: () => Promise<Job>, times = 1): Promise<number> {
  const video = { id: 'v' as VideoId, title: 'Film', statistics: STATISTICS, notes: [] }
  const library: Partial<CliLibrary> = {
    register: async ({ path }) => {
      registered.push(path)
      return video.id
    },
    follow,
    catalog: { video: async () => video as Partial<Video> as Video } as Partial<
      CliLibrary['catalog']
    > as CliLibrary['catalog'],
    linksOf: () => ({ local: 'http://here/', public: null }),
  }
  return runInLibrary(['upload', ...Array.from({ length: times }, () => import.meta.filename)], library, { stop, talk })
}

it('took as long as somebody waited, which is longer than the ingest: its figures are kept before it is all stored', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const storing = async () => {
    vi.advanceTimersByTime(83_440)
    return { state: 'done' } as Job
  }
  expect(await upload(storing)).toBe(0)
  expect(talk.filter((line) => line.includes('took'))).toEqual(['  took      83.4 s'])
})

describe('Ctrl-C', () => {
  const pressedIn = (number: number) => async () => {
    if (registered.length < number) return { state: 'done' } as Job
    stop.abort(new DOMException('Stopped by a signal.', 'AbortError'))
    throw stop.signal.reason
  }

  it.each([1, 2])('in file %i of three takes up none of those behind it, and is told once', async (number) => {
    expect(await upload(pressedIn(number), 3)).toBe(130)
    expect(registered).toHaveLength(number)
    expect(talk.filter((line) => line.includes('Stopped'))).toHaveLength(1)
  })

  it('that comes when all is done changes nothing', async () => {
    const last = async () => {
      stop.abort()
      return { state: 'done' } as Job
    }
    expect(await upload(last)).toBe(0)
  })
})
