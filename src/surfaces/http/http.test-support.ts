import { mkdtemp, rm } from 'node:fs/promises'
import { type IncomingHttpHeaders, request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { JobNotFoundError } from '#domain/errors.ts'
import type { ProductEvent } from '#domain/events.ts'
import type { VideoId } from '#domain/ids.ts'
import type { Job } from '#domain/job-queue.ts'
import { FILM_ID, portsOf, TestFilm } from '#features/playback/film.test-support.ts'
import { Playback } from '#features/playback/playback.ts'
import { createHttpServer } from './create-http-server.ts'
import type { HttpConfig } from './http-config.ts'
import type { DownloadFiguresNow, HostStatus, HttpPorts, VideoSourceFile } from './http-ports.ts'

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

export interface TestServer extends AsyncDisposable {
  readonly port: number
  readonly url: string
  readonly dataDir: string
  readonly registered: VideoSourceFile[]
  readonly calls: string[]
  readonly events: ProductEvent[]
  readonly jobs: Job[]
  emit(event: ProductEvent): void
  ask(path: string, options?: AskOptions): Promise<Answer>
  close(): Promise<void>
}

export interface AskOptions {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

export interface TestServerOptions {
  readonly config?: Partial<HttpConfig>
  readonly ports?: Partial<HttpPorts>
  /** Kept when the server goes; made and removed when absent. */
  readonly dataDir?: string
}

/** The real server on a free port, over one film in memory. */
export async function startServer(film: TestFilm, options: TestServerOptions = {}): Promise<TestServer> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'telereel-http-')))
  const world = worldOf(film)
  const server = await createHttpServer({ ...world.ports, ...options.ports }, configFor(dataDir, options.config))
  const { port } = await server.listen()
  const close = async () => {
    await server.close()
    if (!options.dataDir) await rm(dataDir, { recursive: true, force: true })
  }
  return {
    ...world,
    port,
    url: `http://127.0.0.1:${port}`,
    dataDir,
    emit: (event) => world.ports.events.emit(event),
    ask: (path, asked) => ask(port, path, asked),
    close,
    [Symbol.asyncDispose]: close,
  }
}

function configFor(dataDir: string, config: Partial<HttpConfig> = {}): HttpConfig {
  return {
    version: '0.0.0',
    host: '127.0.0.1',
    port: 0,
    publicDomain: null,
    forceHttps: false,
    tls: null,
    uploadsDir: join(dataDir, 'uploads'),
    maxUploadBytes: 50_000_000,
    webRoot: null,
    localToken: 'a-token-of-the-test',
    ...config,
  }
}

/** Ports that do what they must and remember what they were asked. */
function worldOf(film: TestFilm) {
  const registered: VideoSourceFile[] = []
  const calls: string[] = []
  const events: ProductEvent[] = []
  const jobs: Job[] = []
  const bus = busInto(events)
  const playbackPorts = { ...portsOf(film), events: bus }
  const playback = new Playback(playbackPorts)
  const told = async (...call: unknown[]) => void calls.push(call.join(' '))
  const ports: HttpPorts = {
    catalog: catalogOf(film, playbackPorts.catalog),
    jobs: {
      async job(id) {
        const job = jobs.find((each) => each.id === id)
        if (!job) throw new JobNotFoundError(`There is no job ${id}.`)
        return job
      },
      list: async () => jobs,
      cancel: (id) => told('cancel', id),
      pause: (id) => told('pause', id),
      retry: (id) => told('retry', id),
      setPriority: (id, priority) => told('setPriority', id, priority),
    },
    library: {
      async register(source) {
        registered.push(source)
        return { videoId: FILM_ID }
      },
      rename: (id, title) => told('rename', id, title),
      remove: (id) => told('remove', id),
      retry: (id) => told('retry', id),
      async addSubtitle(id, { name, bytes, language }) {
        await told('addSubtitle', id, name, language, bytes.byteLength)
        return { trackName: 's9' }
      },
      removeSubtitle: (id, track) => told('removeSubtitle', id, track),
      addDemo: async () => ({ videoId: FILM_ID }),
    },
    downloads: NO_DOWNLOADS,
    playback,
    cache: playback.cache,
    events: bus,
    hostStatus: async () => HOST_STATUS,
    storeCalls: { figures: () => [], inFlight: () => new Map() },
    diagnostics: { settings: () => [], notes: () => [], redact: (text) => text },
  }
  return { registered, calls, events, jobs, ports }
}

/** Nothing is ever fetched; see routes/downloads.test-support.ts for more. */
const NO_DOWNLOADS: NonNullable<HttpPorts['downloads']> = {
  info: () => Promise.reject(new JobNotFoundError('Nothing is there.')),
  start: () => Promise.reject(new JobNotFoundError('Nothing is there.')),
  finish: async () => {},
  retry: async () => {},
  log: async () => [],
  remove: async () => {},
  cookieFiles: async () => [],
  figures: () => DOWNLOAD_FIGURES,
}

export const DOWNLOAD_FIGURES: DownloadFiguresNow = {
  pool: { created: 7, reused: 91, active: 2, idle: 5, waits: 1, waiting: 0, maxConnections: 100 },
  dns: { entries: 3, hits: 80, misses: 4 },
  playlists: { enabled: true, hits: 6, misses: 2, expired: 1, entries: 1, bytes: 900, maxBytes: 104_857_600 },
  governor: {
    ...{ enabled: true, downloads: { now: 2, most: 4 }, connections: { now: 8, most: 32 } },
    ...{ cpuPercent: 93, memoryPercent: null, ownCpuPercent: 40, ownMemoryBytes: 9e7 },
    history: [{ at: new Date(0), downloads: 2, connections: 8, why: 'cpu 93 % (over 80 %)' }],
  },
  pageTool: { version: '2024.01.01', problem: null },
}

export const HOST_STATUS: HostStatus = {
  store: { kind: 'disk', description: 'a folder', waiting: null, bots: [], channels: [] },
  ffmpeg: { version: '7.1', problem: null },
  sandbox: 'full',
  hardwareEncoder: { wanted: null, active: null },
  problems: [],
}

function busInto(events: ProductEvent[]): HttpPorts['events'] {
  const listeners = new Set<(event: ProductEvent) => void>()
  return {
    emit(event) {
      events.push(event)
      for (const listener of listeners) listener(event)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** One request on its own connection, with the path exactly as given. Rejects when the answer breaks off. */
function ask(port: number, path: string, { method = 'GET', headers = {}, body }: AskOptions = {}) {
  // Node frames the body of a DELETE only when told how long it is.
  const framed = body === undefined ? headers : { 'content-length': String(Buffer.byteLength(body)), ...headers }
  return new Promise<Answer>((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, method, headers: framed, agent: false }
    const request = httpRequest(options, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.once('end', () => {
        if (!response.complete) return
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) })
      })
      response.once('error', reject)
      response.once('aborted', () => reject(new Error('The answer broke off.')))
    })
    request.once('error', reject)
    request.end(body)
  })
}

function catalogOf(film: TestFilm, catalog: ReturnType<typeof portsOf>['catalog']): HttpPorts['catalog'] {
  return {
    ...catalog,
    video: (id: VideoId) => catalog.video(id),
    videos: async () => ({ videos: [film.video], total: 1 }),
    stats: async () => ({
      videos: 1,
      byState: { queued: 0, ingesting: 0, ready: 1, failed: 0, deleting: 0 },
      tracks: film.tracks.length,
      segments: film.segments.length,
      packs: 1,
      subtitles: 0,
      storedBytes: film.bytes.byteLength,
      durationSec: 18,
    }),
  }
}

/** H.264 with AAC in two languages, subtitles and a poster. */
export function usualFilm(): TestFilm {
  const film = new TestFilm()
  film.addSegments(film.addVideo(), 3, 300_000)
  film.addSegments(film.addAudio('a0', 'en', { isDefault: true }), 3)
  film.addSegments(film.addAudio('a1', 'de'), 3)
  const cues = 'WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nHello\n'
  film.addSubtitles('s0', 'en', cues)
  film.attach({ name: 's0.orig.ass', kind: 'subtitle-original', trackName: 's0', mediaType: 'text/x-ssa' }, '[Script]')
  film.attach({ name: 'poster.jpg', kind: 'poster', trackName: null, mediaType: 'image/jpeg' }, 'a picture')
  return film
}
