import { appendFileSync, existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { JobContext } from '#domain/job-queue.ts'
import { openDatabase } from '../../src/adapters/database/open-database.ts'
import type { JobSettings } from '../../src/adapters/database/job-settings.ts'

/** What a worker process notes, one JSON per line; `atMs` is the machine's monotonic clock, the same for all processes. */
export interface WorkerNote {
  readonly what: 'ready' | 'begin' | 'end'
  readonly worker: string
  readonly videoId: string
  readonly attempt: number
  readonly aborted: boolean
  readonly atMs: number
}

/**
 * A worker in a process of its own: `node job-worker.ts <name> <folder> <settings as JSON>`. A job whose video is called
 * `quick…` ends by itself, `stubborn…` when the file `<video>.go` or
 * `<video>.<worker>.go` is there, `polite…` also when its signal aborts or it is to finish.
 */
const [worker = '', folder = '', settings = '{}'] = process.argv.slice(2)

const stop = new AbortController()
process.once('SIGTERM', () => stop.abort())
await using database = await openDatabase(
  { kind: 'sqlite', path: `${folder}/catalog.db` },
  { jobs: JSON.parse(settings) as Partial<JobSettings> },
)
note('ready')
await database.jobs.work(
  {
    async 'ingest-video'({ videoId }, context) {
      note('begin', videoId, context)
      await pretend(videoId, context)
      note('end', videoId, context)
    },
  },
  { concurrency: 2, signal: stop.signal },
)

async function pretend(videoId: string, { signal, finishing, report }: JobContext): Promise<void> {
  if (videoId.startsWith('quick')) return sleep(2)
  const mayEnd = () => [videoId, `${videoId}.${worker}`].some((each) => existsSync(`${folder}/${each}.go`))
  for (let percent = 0; !mayEnd(); percent = (percent + 1) % 100) {
    if (videoId.startsWith('polite')) signal.throwIfAborted()
    if (videoId.startsWith('polite') && finishing.aborted) return
    report({ stage: 'cut', percent, bytesPerSec: 0, secondsLeft: null })
    await sleep(5)
  }
}

function note(what: WorkerNote['what'], videoId = '', context?: JobContext): void {
  const { attempt = 0, signal } = context ?? {}
  const atMs = Number(process.hrtime.bigint() / 1000n) / 1000
  const line: WorkerNote = { what, worker, videoId, attempt, aborted: signal?.aborted ?? false, atMs }
  appendFileSync(`${folder}/notes`, `${JSON.stringify(line)}\n`)
}
