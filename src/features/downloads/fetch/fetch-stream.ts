import type { DownloadGap } from '#domain/download.ts'
import { ConflictError, type ProductError, SegmentMissingError } from '#domain/errors.ts'
import type { JobProgress } from '#domain/job-queue.ts'
import type { RecordedSegment, Recording } from '#domain/recording.ts'
import type { WebIdentity } from '#domain/web.ts'
import type { SegmentWish, StreamPlan } from '../hls/segment-wish.ts'
import { Connections } from './connections.ts'
import { downloadGaps } from './download-gaps.ts'
import { systemClock } from './fetch-clock.ts'
import type { FetchPorts } from './fetch-ports.ts'
import { SegmentFetcher } from './fetch-segment.ts'
import { FETCH_SETTINGS, type FetchSettings } from './fetch-settings.ts'
import { ReorderWindow } from './reorder-window.ts'
import { StreamProgress } from './stream-progress.ts'
import { Tasks } from './tasks.ts'

export interface FetchStreamOptions {
  readonly identity?: WebIdentity
  /** What cannot be had is left out and told instead of failing the download. */
  readonly allowGaps: boolean
  /** So many connections from the start and no more; adapts by itself when missing. */
  readonly connections?: number
  readonly signal: AbortSignal
  /** Ends it well with what is there. */
  readonly finishing: AbortSignal
  report(progress: JobProgress): void
  readonly settings?: Partial<FetchSettings>
}

const REPORT_EVERY_MS = 250

/**
 * Fetches what the plan wishes into the recording, the first segments first, and ends it `complete`. What is recorded
 * already is not fetched again. Resolves with all gaps. Rejects with SegmentMissingError, ProtectedMediaError,
 * RemoteUnreachableError, RemoteRefusedError, RemoteBrokenError, NoSpaceError and what the plan throws; then the recording
 * is left as it is and may be resumed.
 */
export async function fetchStream(
  plan: StreamPlan,
  recording: Recording,
  ports: FetchPorts,
  options: FetchStreamOptions,
): Promise<readonly DownloadGap[]> {
  if (recording.end?.state === 'complete') return downloadGaps(recording.segments)
  if (recording.head === null) await recording.begin(plan.head)
  await recording.resume()
  const clock = ports.clock ?? systemClock
  const startedMs = clock.nowMs()
  const progress = new StreamProgress(plan.head, startedMs)
  const there = recordedSegments(recording)
  for (const segment of there.all()) progress.done(segment)
  const settings = { ...FETCH_SETTINGS, ...options.settings }
  await using tasks = new Tasks(options.signal)
  const { signal } = tasks
  using connections = new Connections(ports, {
    clock,
    signal,
    connections: options.connections,
    onBytes: (byteLength) => progress.received(clock.nowMs(), byteLength),
  })
  const report = () => options.report(progress.at(clock.nowMs()))
  tasks.repeat(report, (ms) => clock.sleep(ms, signal), REPORT_EVERY_MS)
  ports.log({ level: 'info', text: startLine(there, connections.now) })
  const fetcher = new SegmentFetcher({ ...options, plan, recording, ports, connections, clock, signal, settings })
  const window = new ReorderWindow(settings.window)
  for await (const wish of plan.wishes(there.prefix(), { signal, finishing: options.finishing })) {
    if (there.has(wish)) continue
    const order = await window.enter(signal)
    const connection = wish.gap === null ? await connections.take(order) : null
    tasks.start(async () => {
      const byteLength = await fetcher.fetch(wish, connection)
      progress.done({ durationSec: wish.durationSec, byteLength })
      window.leave(order)
    })
  }
  await tasks.all()
  requireSomething(recording)
  await recording.finish({ state: 'complete', why: null })
  report()
  const gaps = downloadGaps(recording.segments)
  ports.log(endLine(progress.bytes, (clock.nowMs() - startedMs) / 1000, gaps))
  return gaps
}

/** Gaps alone are no film. */
function requireSomething({ segments }: Recording): void {
  const main = segments.get('main') ?? []
  if (main.some(({ gap }) => gap === null)) return
  throw new SegmentMissingError('Not one segment of the stream could be had.', {
    why: main[0]?.gap ?? 'It listed none before it ended.',
    fix: 'Look into the log for what the server said, then start a new download.',
  })
}

/** What an earlier run left, by place. Of each rendition those without a hole before them are what the plan begins behind. */
function recordedSegments({ segments }: Recording) {
  const byPlace = new Map<string, RecordedSegment>()
  for (const [rendition, list] of segments) for (const each of list) byPlace.set(`${rendition} ${each.position}`, each)
  return {
    count: byPlace.size,
    all: () => byPlace.values(),
    prefix: () => new Map([...segments].map(([rendition, list]) => [rendition, list.filter(isInPlace)])),
    has: (wish: SegmentWish) => {
      const found = byPlace.get(`${wish.rendition} ${wish.position}`)
      if (found && found.msn !== wish.msn) throw otherStream(wish, found)
      return found !== undefined
    },
  }
}

function isInPlace({ position }: RecordedSegment, index: number): boolean {
  return position === index
}

function otherStream({ rendition, msn }: SegmentWish, found: RecordedSegment): ProductError {
  return new ConflictError('The stream is not the one that was begun.', {
    why: `Of ${rendition}, segment ${msn} now stands where segment ${found.msn} was.`,
    fix: 'Start it as a new download.',
  })
}

function startLine({ count }: { readonly count: number }, connections: number): string {
  const before = count === 0 ? '' : ` ${count === 1 ? 'One segment is' : `${count} segments are`} there already.`
  return `Fetching segments over ${connections} connections to begin with.${before}`
}

function endLine(bytes: number, seconds: number, gaps: readonly DownloadGap[]) {
  const missing = gaps.reduce((sum, { count }) => sum + count, 0)
  const size = `${(bytes / 1e6).toFixed(1)} MB in ${seconds.toFixed(1)} s`
  if (missing === 0) return { level: 'info' as const, text: `All segments are here: ${size}. Nothing is missing.` }
  const told = missing === 1 ? 'One segment is missing' : `${missing} segments are missing`
  return { level: 'warn' as const, text: `${told}, all others are here: ${size}.` }
}
