import type { ServerResponse } from 'node:http'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { JobName, JobState } from '#domain/job-queue.ts'
import type { HttpPorts } from '../http-ports.ts'
import { addDownloadGauges } from './download-metrics.ts'
import { addBotGauges, addStoreGauges } from './store-metrics.ts'

type MetricsPorts = Pick<HttpPorts, 'catalog' | 'jobs' | 'cache' | 'hostStatus' | 'storeCalls' | 'downloads'>

interface ServerFigures {
  readonly connections: () => number
  /** Connections cut for being slow. */
  readonly cuts: () => number
  readonly feeds: () => number
}

/** Figures for Prometheus: what the server answers, and what the library and the cache hold. */
export class HttpMetrics {
  readonly #registry = new Registry()
  readonly #seconds: Histogram<'route' | 'status'>
  readonly #bytes: Counter<'route'>

  constructor(ports: MetricsPorts, figures: ServerFigures) {
    const registers = [this.#registry]
    collectDefaultMetrics({ register: this.#registry })
    this.#seconds = new Histogram({
      name: 'telereel_http_request_seconds',
      help: 'Time from the request to the end of the answer.',
      labelNames: ['route', 'status'],
      buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60],
      registers,
    })
    this.#bytes = new Counter({
      name: 'telereel_http_sent_bytes_total',
      help: 'Bytes of bodies of media answers.',
      labelNames: ['route'],
      registers,
    })
    this.#gauge('telereel_http_connections', 'Open connections.', figures.connections)
    this.#gauge('telereel_http_cut_connections_total', 'Connections cut for being slow.', figures.cuts)
    this.#gauge('telereel_http_feeds', 'Open live feeds.', figures.feeds)
    this.#cacheGauges(ports)
    this.#libraryGauges(ports)
    addStoreGauges(ports, this.#registry)
    addBotGauges(ports, this.#registry)
    if (ports.downloads) addDownloadGauges(ports.downloads, this.#registry)
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  async text(): Promise<string> {
    return await this.#registry.metrics()
  }

  /** Counts the answer when it is over. */
  watch(response: ServerResponse, route: string): void {
    const startMs = performance.now()
    response.once('close', () => {
      const status = response.writableFinished ? `${Math.floor(response.statusCode / 100)}xx` : 'broken'
      this.#seconds.observe({ route, status }, (performance.now() - startMs) / 1000)
      const length = Number(response.getHeader('content-length') ?? 0)
      if (length > 0 && response.writableFinished) this.#bytes.inc({ route }, length)
    })
  }

  #gauge(name: string, help: string, value: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect() {
        this.set(value())
      },
    })
  }

  #cacheGauges({ cache }: MetricsPorts): void {
    this.#gauge('telereel_cache_hits_total', 'Slices found in the segment cache.', () => cache.stats().hits)
    this.#gauge('telereel_cache_misses_total', 'Slices not found in the segment cache.', () => cache.stats().misses)
    this.#gauge('telereel_cache_bytes', 'Bytes in the segment cache.', () => cache.stats().bytes)
    this.#gauge('telereel_cache_evictions_total', 'Slices that made room for others.', () => cache.stats().evictions)
  }

  #libraryGauges({ catalog, jobs }: MetricsPorts): void {
    new Gauge({
      name: 'telereel_videos',
      help: 'Videos by state.',
      labelNames: ['state'],
      registers: [this.#registry],
      async collect() {
        for (const [state, count] of Object.entries((await catalog.stats()).byState)) this.set({ state }, count)
      },
    })
    new Gauge({
      name: 'telereel_stored_bytes',
      help: 'Bytes of all stored packs.',
      registers: [this.#registry],
      async collect() {
        this.set((await catalog.stats()).storedBytes)
      },
    })
    new Gauge({
      name: 'telereel_jobs',
      help: 'Jobs that have not ended.',
      labelNames: ['name', 'state'],
      registers: [this.#registry],
      async collect() {
        for (const { name, state, count } of await countJobs(jobs)) this.set({ name, state }, count)
      },
    })
  }
}

const NAMES = ['ingest-video', 'ingest-recording', 'delete-video', 'download'] as const satisfies readonly JobName[]
const STATES = ['waiting', 'running', 'paused'] as const satisfies readonly JobState[]

/** Of every name and state, so that a figure goes back to 0. */
async function countJobs(jobs: MetricsPorts['jobs']) {
  const listed = await jobs.list({ states: STATES, limit: 10_000 })
  const countOf = (name: JobName, state: JobState) =>
    listed.filter((job) => job.name === name && job.state === state).length
  return NAMES.flatMap((name) => STATES.map((state) => ({ name, state, count: countOf(name, state) })))
}
