import { statfs } from 'node:fs/promises'
import { isLoopbackHost } from '../auth/loopback.ts'
import { STATUS_PATH } from '../contract/addresses.ts'
import { Health, Status } from '../contract/status.ts'
import type { HttpApp } from '../http-app.ts'
import type { HttpConfig } from '../http-config.ts'
import type { HttpPorts } from '../http-ports.ts'
import type { LinkMaker } from '../links.ts'
import { presentDownloadFigures } from '../present/present-download-figures.ts'
import type { TusUploads } from '../uploads/tus-uploads.ts'
import { headroomBytes } from '../uploads/upload-admission.ts'
import { presentCache } from './cache-routes.ts'

/** Pieces that pass common proxies, and that cost little to send again. */
const UPLOAD_CHUNK_BYTES = 8 * 1024 * 1024

export interface StatusParts {
  readonly config: HttpConfig
  readonly ports: HttpPorts
  readonly links: () => LinkMaker
  readonly uploads: TusUploads
  readonly startedAt: Date
}

/** /status, /api/status and /health. */
export function statusRoutes(app: HttpApp, parts: StatusParts): void {
  for (const path of [STATUS_PATH, '/status']) {
    app.get(path, { schema: { response: { 200: Status } } }, async () => await statusOf(parts))
  }
  app.get('/health', { schema: { response: { 200: Health, 503: Health } } }, async (_request, reply) => {
    const { ports } = parts
    const catalog = await ports.catalog.stats().then(
      () => true,
      () => false,
    )
    const store = await ports.hostStatus().then(
      () => true,
      () => false,
    )
    const ok = catalog && store
    return reply.code(ok ? 200 : 503).send({ ok, catalog, store })
  })
}

/** Also what /debug tells. */
export async function statusOf({ config, ports, links, uploads, startedAt }: StatusParts): Promise<Status> {
  const stats = await ports.catalog.stats()
  const jobs = await ports.jobs.list({ states: ['waiting', 'running'], limit: 500 })
  const { localUrl, publicUrl } = links()
  return {
    version: config.version,
    startedAt: startedAt.toISOString(),
    uptimeSec: Math.round((Date.now() - startedAt.getTime()) / 1000),
    ...(await ports.hostStatus()),
    disk: await diskOf(config.uploadsDir, uploads),
    network: { localUrl, publicUrl, beyondLoopback: !isLoopbackHost(config.host), https: httpsOf(config) },
    upload: { maxBytes: config.maxUploadBytes, chunkBytes: UPLOAD_CHUNK_BYTES },
    library: {
      processing: stats.byState.queued + stats.byState.ingesting,
      active: stats.byState.ready,
      error: stats.byState.failed,
      segments: stats.segments,
      subtitles: stats.subtitles,
      storedBytes: stats.storedBytes,
      durationSec: stats.durationSec,
    },
    jobs: {
      running: jobs.filter(({ state }) => state === 'running').length,
      waiting: jobs.filter(({ state }) => state === 'waiting').length,
    },
    cache: presentCache(ports.cache.stats()),
    ...(ports.downloads && { downloads: presentDownloadFigures(ports.downloads.figures()) }),
  }
}

async function diskOf(dir: string, uploads: TusUploads): Promise<Status['disk']> {
  const found = await statfs(dir).catch(() => null)
  const totalBytes = found && found.blocks * found.bsize
  return {
    freeBytes: found && found.bavail * found.bsize,
    totalBytes,
    reservedBytes: await uploads.reservedBytes(),
    headroomBytes: headroomBytes(totalBytes ?? 0),
  }
}

function httpsOf({ tls, forceHttps }: HttpConfig): Status['network']['https'] {
  if (tls) return 'own-certificate'
  return forceHttps ? 'proxy' : 'none'
}
