import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MemoryJobQueue } from '#adapters/memory/memory-job-queue.ts'
import type { CookieFileGlance } from '#domain/cookie-files.ts'
import type { DownloadRequest, DownloadResult, LinkInfo } from '#domain/download.ts'
import type { JobId } from '#domain/ids.ts'
import type { NumberedLogLine } from '#domain/job-logs.ts'
import type { RecordingGlance } from '#domain/recording.ts'
import { finishDownload } from '#features/downloads/finish-download.ts'
import { retryDownload } from '#features/downloads/retry-download.ts'
import type { DownloadActions } from '../http-ports.ts'
import {
  DOWNLOAD_FIGURES,
  startServer,
  type TestServer,
  type TestServerOptions,
  usualFilm,
} from '../http.test-support.ts'

/** A server over a real queue; what fetches is left out. */
export class DownloadServer implements AsyncDisposable {
  readonly jobs = new MemoryJobQueue()
  readonly asked: { readonly url: string; readonly identity: DownloadRequest['identity'] }[] = []
  readonly lines: NumberedLogLine[] = []
  /** What `info` says, or throws. */
  link: LinkInfo | Error = LINK
  cookieFiles: CookieFileGlance[] = []
  /** What every download has recorded. */
  recorded: RecordingGlance | null = null
  server!: TestServer
  dir!: string
  readonly #stop = new AbortController()

  static async open(config: TestServerOptions['config'] = {}): Promise<DownloadServer> {
    const opened = new DownloadServer()
    opened.dir = await mkdtemp(join(tmpdir(), 'telereel-downloads-'))
    const ports = { jobs: opened.jobs, downloads: opened.#actions() }
    const rates = { info: { count: 1000, windowMs: 60_000 }, download: { count: 1000, windowMs: 60_000 } }
    opened.server = await startServer(usualFilm(), { ports, config: { rates, ...config } })
    return opened
  }

  /** Runs downloads with this handler until the test ends. */
  work(handler: (request: DownloadRequest, signals: Signals) => Promise<DownloadResult>): void {
    const handlers = {
      download: ({ request }: { readonly request: DownloadRequest }, context: Signals) => handler(request, context),
    }
    void this.jobs.work(handlers, { concurrency: 4, signal: this.#stop.signal })
  }

  async json(path: string): Promise<unknown> {
    return JSON.parse((await this.server.ask(path)).body.toString())
  }

  send(method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}) {
    const json = { 'content-type': 'application/json', ...headers }
    if (body === undefined) return this.server.ask(path, { method, headers })
    return this.server.ask(path, { method, headers: json, body: JSON.stringify(body) })
  }

  /** Orders a download and gives its job's id. */
  async order(body: object): Promise<JobId> {
    const { body: answer } = await this.send('POST', '/api/download', body)
    return JSON.parse(answer.toString()).jobId
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.server.close()
    await rm(this.dir, { recursive: true, force: true })
  }

  #recorded() {
    return { jobs: this.jobs, recordings: { peek: async () => this.recorded } }
  }

  #actions(): DownloadActions {
    return {
      info: async (question) => {
        this.asked.push(question)
        if (this.link instanceof Error) throw this.link
        return this.link
      },
      start: (request, { priority }) => this.jobs.add('download', { request }, { priority }),
      finish: (id) => finishDownload(id, this.#recorded()),
      retry: (id, wish) => retryDownload(id, wish, this.#recorded()),
      log: async (_id, after) => this.lines.filter(({ number }) => number > after),
      remove: (id) => this.jobs.remove(id),
      cookieFiles: async () => this.cookieFiles,
      figures: () => DOWNLOAD_FIGURES,
    }
  }
}

interface Signals {
  readonly signal: AbortSignal
  readonly finishing: AbortSignal
}

export const LINK: LinkInfo = {
  ...{ url: 'https://films.test/a.m3u8?token=1', kind: 'hls', title: 'A film', durationSec: 60, isLive: false },
  ...{ byteLength: null, thumbnail: null, uploader: null, audioLanguages: ['en'], subtitleLanguages: [] },
  formats: [
    { id: 'v0', label: '1080p', height: 1080, width: 1920, bitsPerSec: 4e6, byteLength: null, codecs: 'avc1' },
  ].map((format) => ({ ...format, hasVideo: true, hasAudio: true })),
  ...{ entries: [], notes: ['All of it is fetched.'] },
}

export const RESULT: DownloadResult = {
  ...{ state: 'complete', kind: 'hls', title: 'A film', byteLength: 9, sha256: null, videoId: null, path: null },
  ...{ gaps: [], notes: [], entries: [] },
}

/** Resolves once it holds; the test's own limit ends it. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5))
}
