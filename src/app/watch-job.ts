import { LibraryLockedError } from '#domain/errors.ts'
import { hasEnded } from '#domain/has-ended.ts'
import type { Job } from '#domain/job-queue.ts'
import { jobHandlers } from '#surfaces/worker/job-handlers.ts'
import { workOnIngests } from '#surfaces/worker/work-on-ingests.ts'
import type { Core } from './compose.ts'
import { downloadsFolder } from './folders.ts'
import { holdLibrary } from './hold-library.ts'
import { findServer, type RunningServer } from './server-file.ts'

export interface WatchOptions {
  readonly core: Core
  /** Null: this process does the work. */
  readonly server: RunningServer | null
  readonly signal: AbortSignal
  /** What this process does meanwhile: only a download needs the way out. */
  readonly work: 'ingests' | 'everything'
}

const LOOK_EVERY_MS = 200

/**
 * Watches a job until it ends; without a server, or when that is no more, works in this process meanwhile. `find` gives it
 * as it is now.
 */
export async function watchJob(
  find: () => Promise<Job | null>,
  onProgress: (job: Job) => void,
  { core, server, signal, work }: WatchOptions,
): Promise<Job> {
  const ended = new AbortController()
  const own = new OwnWork(() => workHere(core, work, AbortSignal.any([signal, ended.signal])))
  if (!server) own.begin()
  let look = () => {}
  const unsubscribe = core.ports.events.subscribe((event) => {
    if (event.kind === 'job-changed' && hasEnded(event.job)) look()
  })
  try {
    for (;;) {
      signal.throwIfAborted()
      own.throwIfFailed()
      const job = await find()
      if (job) onProgress(job)
      if (job && isOver(job, own)) return job
      if (!own.hasBegun && !(await findServer(core.config.dataDir))) own.begin()
      await new Promise<void>((resolve) => {
        look = resolve
        setTimeout(resolve, LOOK_EVERY_MS)
      })
    }
  } finally {
    unsubscribe()
    ended.abort()
    await own.ended()
  }
}

function isOver(job: Job, { hasBegun }: OwnWork): boolean {
  return hasEnded(job) || (hasBegun && isGivenUp(job))
}

/** What this process does, from when it has begun with it. */
class OwnWork {
  readonly #start: () => Promise<void>
  #running: Promise<void> | null = null
  #failure: { readonly error: unknown } | null = null

  constructor(start: () => Promise<void>) {
    this.#start = start
  }

  get hasBegun(): boolean {
    return this.#running !== null
  }

  begin(): void {
    this.#running = this.#start().catch((error: unknown) => {
      this.#failure = { error }
    })
  }

  throwIfFailed(): void {
    if (this.#failure) throw this.#failure.error
  }

  async ended(): Promise<void> {
    await this.#running
  }
}

/** As often as a person who waits for it would try. */
const PATIENT_ATTEMPTS = 5

/** It waits for something that may take long: the next command, or the server, goes on with it. */
function isGivenUp({ state, attempts, failure }: Job): boolean {
  if (state !== 'waiting' || !failure) return false
  return attempts >= PATIENT_ATTEMPTS || failure.code === 'credentials-refused'
}

/** Works on jobs while no other process does: whoever holds the library does all of them. */
async function workHere(core: Core, what: WatchOptions['work'], signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await using lock = await holdLibrary(core, signal)
      const working = AbortSignal.any([signal, lock.lost])
      await (what === 'ingests' ? ingestHere(core, working) : workOnEverything(core, working))
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof LibraryLockedError)) throw error
    }
  }
}

function ingestHere({ config, ports }: Core, signal: AbortSignal): Promise<void> {
  const { minSegmentSec, maxSegmentSec, oversized } = config.media
  const handlers = jobHandlers(ports, { minSegmentSec, maxSegmentSec, oversized })
  return workOnIngests(handlers, ports.jobs, { atOnce: 1, signal })
}

/** The way out is a program of its own size; other commands begin sooner without it. */
async function workOnEverything(core: Core, signal: AbortSignal): Promise<void> {
  const [{ openDownloads }, { openGovernor }, { work }] = await Promise.all([
    import('./open-downloads.ts'),
    import('./open-governor.ts'),
    import('./work.ts'),
  ])
  const { config, ports } = core
  const { recordings, media, events } = ports
  const root = downloadsFolder(config.dataDir)
  await using downloads = openDownloads(config, { root, recordings, media: async () => media, events })
  const governor = openGovernor(config)
  void governor.watch(signal)
  await work(core, downloads, { ingests: 1, governor, signal })
}
