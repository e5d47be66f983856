import { readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { cannotWrite } from '#adapters/disk/cannot-write.ts'
import type { Config } from '#config/config.ts'
import { LibraryLockedError, ProductError } from '#domain/errors.ts'
import { videoOfJob } from '#domain/video-of-job.ts'
import type { VideoId } from '#domain/ids.ts'
import { registerVideo } from '#features/library/register-video.ts'
import { makeFolder } from '#lib/durable-file/make-folder.ts'
import type { CliLibrary, ExportFile } from '#surfaces/cli/cli-ports.ts'
import { localTokenPath } from '#surfaces/http/auth/local-token.ts'
import { LOCAL_INGEST_PATH } from '#surfaces/http/contract/addresses.ts'
import type { Problem } from '#surfaces/http/contract/problem.ts'
import type { VideoStarted } from '#surfaces/http/contract/video-requests.ts'
import { LinkMaker } from '#surfaces/http/links.ts'
import { goOnWithUpload } from './begun-upload.ts'
import { cleanup } from './cleanup.ts'
import { type Core, composeCore } from './compose.ts'
import { settleStore } from './keep-store.ts'
import { newVideoId } from './new-video-id.ts'
import { mendPorts } from './mend-ports.ts'
import { finishOrdered, orderDownload } from './order-download.ts'
import { postToServer } from './post-to-server.ts'
import { findServer, type RunningServer } from './server-file.ts'
import { watchJob } from './watch-job.ts'

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
    mendPorts: ({ dryRun }) =>
      mendPorts(core, server, () => {
        hasWorked ||= !dryRun
      }),
    linksOf: (id) => links.linksOf(id),
    register: async (file) =>
      (await goOnWithUpload(file, core.ports)) ??
      (server ? registerThere(file, server, config.dataDir) : registerHere(file, core)),
    follow: async (id, name, onProgress, stop) => {
      const find = async () => (await core.ports.jobs.list({ name })).find((job) => videoOfJob(job) === id) ?? null
      const job = await watchJob(find, onProgress, { core, server, signal: stop, work: 'ingests' })
      hasWorked = !server
      return job
    },
    download: (request) => orderDownload(request, core),
    finishDownload: (request) => finishOrdered(request, core),
    followJob: async (id, onProgress, stop) => {
      const find = () => core.ports.jobs.job(id)
      const job = await watchJob(find, onProgress, { core, server, signal: stop, work: 'everything' })
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
  const answer = await postToServer(new URL(LOCAL_INGEST_PATH, url), token, file).catch((cause: Error) => {
    const fix = 'Run the same command again: it goes on with what was begun.'
    throw new LibraryLockedError('The running server does not answer.', { why: cause.message, fix, cause })
  })
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

/** Writes the files whose bytes differ from what is there; returns the paths it wrote. */
async function writeChanged(folder: string, files: readonly ExportFile[], signal: AbortSignal): Promise<string[]> {
  const written: string[] = []
  for (const { path, content } of files) {
    signal.throwIfAborted()
    const target = join(folder, ...path.split('/'))
    const before = await readFile(target).catch(() => null)
    const bytes = Buffer.from(content)
    if (before?.equals(bytes)) continue
    try {
      await makeFolder(dirname(target))
      await writeFileAtomic(target, bytes)
    } catch (cause) {
      throw cannotWrite(cause, `${target} cannot be written`, 'Name another folder with --output, or mend this one.')
    }
    written.push(target)
  }
  return written
}
