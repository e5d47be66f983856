import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DiskCookieFiles } from '#adapters/disk/disk-cookie-files.ts'
import { createWeb, type GuardedWeb } from '#adapters/web-fetch/create-web.ts'
import { sniff } from '#adapters/ffmpeg/sniff.ts'
import { NO_IDENTITY, PLAIN_CHOICE } from '#domain/download.ts'
import type { ProductEvent } from '#domain/events.ts'
import type { PageDownload, PageOptions } from '#domain/page-tool.ts'
import { createPageTool, type PageToolOptions, type Ytdlp } from './create-page-tool.ts'

/** The release of scripts/setup. Throws one clear line where it could not be had: nothing is left out quietly. */
export function realYtdlp(): string {
  const path = join(import.meta.dirname, '../../../node_modules/.cache/telereel/yt-dlp/yt-dlp')
  if (existsSync(path)) return path
  throw new Error(
    'yt-dlp is missing for the tests: `npm test` gets it from the package index, which could not be reached.',
  )
}

/** The guarded way out, with these hosts of ours allowed. */
export function testWeb(...hosts: readonly string[]): GuardedWeb {
  return createWeb({
    allowHosts: hosts.map((text) => {
      const { hostname, port } = new URL(`http://${text}`)
      return { host: hostname, port: Number(port) }
    }),
    pool: { maxConnections: 32, maxKeepAlive: 32, dnsTtlSec: 10, timeoutSec: 20, connectTimeoutSec: 5 },
    playlistCache: { enabled: false, ttlSec: 1, maxBytes: 1 },
  })
}

export interface PageToolLab extends AsyncDisposable {
  readonly tool: Ytdlp
  readonly folder: string
  readonly cookiesDir: string
  readonly workDir: string
  readonly events: ProductEvent[]
  readonly logged: string[]
  readonly reports: Parameters<PageDownload['report']>[0][]
  /** Options of a download into `folder/job`. */
  download(wish?: Partial<PageOptions & PageDownload>): PageOptions & PageDownload
  look(wish?: Partial<PageOptions>): PageOptions
}

export async function openPageToolLab(
  options: Partial<PageToolOptions> & Pick<PageToolOptions, 'startProxy'>,
): Promise<PageToolLab> {
  const folder = await mkdtemp(join(tmpdir(), 'telereel-ytdlp-'))
  const [cookiesDir, workDir] = [join(folder, 'cookies'), join(folder, 'work')]
  await mkdir(cookiesDir)
  const nowMs = () => Date.UTC(2026, 7, 25)
  const [events, logged, reports]: [ProductEvent[], string[], PageToolLab['reports']] = [[], [], []]
  const look: PageToolLab['look'] = (wish) => ({ identity: NO_IDENTITY, signal: new AbortController().signal, ...wish })
  return {
    folder,
    cookiesDir,
    workDir,
    events,
    logged,
    reports,
    tool: createPageTool({
      ytdlpPath: options.ytdlpPath ?? realYtdlp(),
      searchPath: '/usr/local/bin:/usr/bin:/bin',
      cookieFiles: new DiskCookieFiles(cookiesDir, nowMs),
      workDir,
      sniff,
      nowMs,
      events: { emit: (event) => void events.push(event) },
      ...options,
    }),
    look,
    download: (wish) => ({
      ...look(),
      choice: PLAIN_CHOICE,
      folder: join(folder, 'job'),
      maxBytes: 1e9,
      report: (progress) => void reports.push(progress),
      log: (line) => void logged.push(line),
      ...wish,
    }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}
