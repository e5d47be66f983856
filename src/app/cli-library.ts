import { mkdir, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import type { Config } from '#config/config.ts'
import { LibraryLockedError, ProductError } from '#domain/errors.ts'
import { hasEnded } from '#domain/has-ended.ts'
import { videoOfJob } from '#domain/video-of-job.ts'
import type { VideoId } from '#domain/ids.ts'
import type { Job } from '#domain/job-queue.ts'
import { registerVideo } from '#features/library/register-video.ts'
import type { CliLibrary, ExportFile } from '#surfaces/cli/cli-ports.ts'
import { localTokenPath } from '#surfaces/http/auth/local-token.ts'
import { LOCAL_INGEST_PATH } from '#surfaces/http/contract/addresses.ts'
import type { Problem } from '#surfaces/http/contract/problem.ts'
import type { VideoStarted } from '#surfaces/http/contract/video-requests.ts'
import { LinkMaker } from '#surfaces/http/links.ts'
import { jobHandlers } from '#surfaces/worker/job-handlers.ts'
import { cleanup } from './cleanup.ts'
import { type Core, composeCore } from './compose.ts'
import { settleStore } from './keep-store.ts'
import { holdLibrary } from './hold-library.ts'
import { newVideoId } from './new-video-id.ts'
import { postToServer } from './post-to-server.ts'
import { findServer, type RunningServer } from './server-file.ts'

/**
 * The library for a command. While a server runs on the same data folder it does the work and the command watches;
 * else the command does the work itself.
 */
export async function openCliLibrary(config: Config, signal: AbortSignal): Promise<CliLibrary> {
  const core = await composeCore(config, { silent: true })
  const server = await findServer(config.dataDir)
  const links = new LinkMaker({
    host: config.http.host,
    // The running server knows best: LOCAL_PORT=0 takes any free one.
    port: server ? Number(new URL(server.url).port || 443) : config.http.port,
    publicDomain: config.http.publicDomain ?? null,
    forceHttps: config.http.forceHttps,
    ownCertificate: config.http.tls !== undefined,
  })
  let hasWorked = false
  return {
    ...core.ports,
    newRecoveryKey: core.store.newRecoveryKey,
    repairs: core.store.repairs,
    linksOf: (id) => links.linksOf(id),
    register: (file) => (server ? registerThere(file, server, config.dataDir) : registerHere(file, core)),
    follow: async (id, name, onProgress, stop) => {
      const job = await follow(id, name, onProgress, { core, server, signal: stop })
      hasWorked = !server
      return job
    },
    cleanup: (options) => cleanup(core, options),
    writeExport: (folder, files) => writeChanged(folder, files, signal),
    // The person has read what came of it; what the store wants to have done needs nobody to wait.
    [Symbol.asyncDispose]: async () => {
      if (hasWorked) await settleStore(core, signal)
      await core[Symbol.asyncDispose]()
    },
  }
}

async function registerHere(file: { readonly path: string; readonly title?: string }, core: Core): Promise<VideoId> {
  const videoId = newVideoId()
  const facts = { owned: false, originalFilename: basename(file.path), createdAt: new Date() }
  await registerVideo({ ...file, ...facts, videoId }, core.ports)
  return videoId
}

/** The server starts at once when told; it would find the job by itself only at its next look. */
async function registerThere(
  file: { readonly path: string; readonly title?: string },
  { url }: RunningServer,
  dataDir: string,
): Promise<VideoId> {
  const token = (await readFile(localTokenPath(dataDir), 'utf8')).trim()
  const answer = await postToServer(new URL(LOCAL_INGEST_PATH, url), token, file)
  const body = answer.body as Partial<Problem & VideoStarted>
  if (answer.status >= 400) throw new ServerRefusedError(body)
  return body.videoId as VideoId
}

/** What the running server answered, as if it had happened here. */
class ServerRefusedError extends ProductError {
  readonly code: string

  constructor({ code, detail, why, fix }: Partial<Problem>) {
    super(detail ?? 'The running server refused the file.', { ...(why && { why }), ...(fix && { fix }) })
    this.code = code ?? 'failed'
  }
}

const LOOK_EVERY_MS = 200

/** Watches the newest job of the video until it ends; without a server, works in this process meanwhile. */
async function follow(
  videoId: VideoId,
  name: Job['name'],
  onProgress: (job: Job) => void,
  {
    core,
    server,
    signal,
  }: { readonly core: Core; readonly server: RunningServer | null; readonly signal: AbortSignal },
): Promise<Job> {
  const ended = new AbortController()
  const working = server ? Promise.resolve() : workHere(core, AbortSignal.any([signal, ended.signal]))
  let failure: { readonly error: unknown } | undefined
  working.catch((error: unknown) => {
    failure = { error }
  })
  try {
    for (;;) {
      signal.throwIfAborted()
      if (failure) throw failure.error
      const jobs = await core.ports.jobs.list({ name })
      const job = jobs.find((each) => videoOfJob(each) === videoId)
      if (job) onProgress(job)
      if (job && (hasEnded(job) || (!server && isGivenUp(job)))) return job
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
    }
  } finally {
    ended.abort()
    await working.catch(() => {})
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
async function workHere(core: Core, signal: AbortSignal): Promise<void> {
  const { minSegmentSec, maxSegmentSec, oversized } = core.config.media
  const handlers = jobHandlers(core.ports, { minSegmentSec, maxSegmentSec, oversized })
  while (!signal.aborted) {
    try {
      await using lock = await holdLibrary(core, signal)
      await core.ports.jobs.work(handlers, { concurrency: 1, signal: AbortSignal.any([signal, lock.lost]) })
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof LibraryLockedError)) throw error
    }
  }
}

/** Writes the files whose bytes differ from what is there; returns the paths it wrote. */
async function writeChanged(folder: string, files: readonly ExportFile[], signal: AbortSignal): Promise<string[]> {
  const written: string[] = []
  for (const { path, content } of files) {
    signal.throwIfAborted()
    const target = join(folder, ...path.split('/'))
    const before = await readFile(target).catch(() => null)
    const bytes = Buffer.from(content)
    if (before?.equals(bytes)) continue
    await mkdir(dirname(target), { recursive: true })
    await writeFileAtomic(target, bytes)
    written.push(target)
  }
  return written
}
