/** A whole ingest in a process of its own, which prints an IngestReport: `node ingest-child.ts FILE DATA_DIR [first]`. */
import { readFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { composeCore } from '#app/compose.ts'
import { configOf } from '#app/config-of.ts'
import { newVideoId } from '#app/new-video-id.ts'
import { toSources } from '#config/env.ts'
import type { Catalog } from '#domain/catalog.ts'
import { ingestVideo } from '#features/ingest/ingest-video.ts'
import type { IngestReport } from './ingest-report.ts'

const [, , path = '', dataDir = '', mode = 'whole'] = process.argv
const environment = { DATA_DIR: dataDir, LOG_LEVEL: 'error', PATH: process.env.PATH }
const { config } = configOf(toSources(environment, '', process.cwd()))
await using core = await composeCore(config)
const id = newVideoId()
const { size: sourceBytes } = await stat(path)
const source = { path, owned: false }
const originalFilename = basename(path)
const video = { id, title: 'Film', originalFilename, byteLength: sourceBytes, source, createdAt: new Date() }
await core.ports.catalog.addVideo(video)

const idleRss = process.memoryUsage().rss
const [startMs, startCpu, startWritten] = [performance.now(), process.cpuUsage(), writtenBytes()]
const reached = { firstMs: 0, cutMs: 0 }
const stop = new AbortController()

/** The moment from which a player finds the first segment of the picture. */
function noted(catalog: Catalog): Catalog {
  const addEntries: Catalog['addEntries'] = async (videoId, entries) => {
    await catalog.addEntries(videoId, entries)
    if (reached.firstMs > 0 || !entries.segments?.some(({ index }) => index === 0)) return
    reached.firstMs = performance.now() - startMs
    if (mode === 'first') stop.abort()
  }
  return new Proxy(catalog, {
    get(target, name) {
      if (name === 'addEntries') return addEntries
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

const { minSegmentSec, maxSegmentSec, oversized } = config.media
await ingestVideo(
  id,
  { ...core.ports, catalog: noted(core.ports.catalog) },
  {
    settings: { minSegmentSec, maxSegmentSec, oversized },
    signal: stop.signal,
    report: () => {},
    reached: (step) => {
      if (step === 'cut') reached.cutMs = performance.now() - startMs
    },
  },
).catch((error) => {
  if (!stop.signal.aborted) throw error
})

const { user, system } = process.cpuUsage(startCpu)
const packs = await core.ports.catalog.packs(id)
const report: IngestReport = {
  ...reached,
  firstFromSpawnMs: performance.timeOrigin + startMs + reached.firstMs,
  totalMs: performance.now() - startMs,
  processorSec: (user + system) / 1e6,
  grownBytes: process.resourceUsage().maxRSS * 1024 - idleRss,
  writtenBytes: writtenBytes() - startWritten,
  sourceBytes,
  packs: packs.length,
  leastPacks: Math.ceil(packs.reduce((sum, { byteLength }) => sum + (byteLength ?? 0), 0) / config.media.maxChunkBytes),
}
console.log(JSON.stringify(report))

/** All that this process gave to write calls (proc(5), /proc/[pid]/io). */
function writtenBytes(): number {
  return Number(/^wchar: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1])
}
