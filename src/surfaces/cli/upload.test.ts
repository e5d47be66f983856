import { beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import type { VideoId } from '#domain/ids.ts'
import type { Job } from '#domain/job-queue.ts'
import type { IngestStatistics, Video } from '#domain/video.ts'
import type { CliLibrary, CliPorts } from './cli-ports.ts'
import { runCommandLine } from './program.ts'
import { recordedTerminal } from './recorded-terminal.test-support.ts'

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
beforeEach(() => {
  talk = []
})

/** `upload` of this file with a library whose work is done when `follow` says so. */
function upload(follow: () => Promise<Job>): Promise<number> {
  const video = { id: 'v' as VideoId, title: 'Film', statistics: STATISTICS, notes: [] }
  const library: Partial<CliLibrary> = {
    newRecoveryKey: null,
    register: async () => video.id,
    follow,
    catalog: { video: async () => video as Partial<Video> as Video } as Partial<
      CliLibrary['catalog']
    > as CliLibrary['catalog'],
    linksOf: () => ({ local: 'http://here/', public: null }),
    [Symbol.asyncDispose]: async () => {},
  }
  const ports: Partial<CliPorts> = {
    version: '1',
    signal: new AbortController().signal,
    createTerminal: ({ json }) => recordedTerminal({ json, data: [], talk }),
    openLibrary: async () => library as CliLibrary,
  }
  return runCommandLine(['upload', import.meta.filename], ports as CliPorts)
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
