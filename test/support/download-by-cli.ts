import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { once } from 'node:events'
import { pipeline } from 'node:stream/promises'
import type { DownloadGap } from '#domain/download.ts'
import { startTelereel } from './run-telereel.ts'

/** What `telereel download --json --output` said at its end. */
export interface CliDownload {
  /** Null when it was killed. */
  readonly code: number | null
  /** It did not end by itself in time. */
  readonly hung: boolean
  readonly summary: DownloadSummary | null
  readonly error: { readonly code: string; readonly message: string } | null
  readonly warnings: readonly string[]
  /** Of the file; null when there is none. */
  readonly sha256: string | null
  readonly stderr: string
}

export interface DownloadSummary {
  readonly state: 'complete' | 'gaps'
  readonly bytes: number
  readonly sha256: string | null
  readonly gaps: readonly DownloadGap[]
  readonly path: string | null
  readonly notes: readonly string[]
}

export interface CliDownloadOptions {
  /** Is there. */
  readonly dataDir: string
  readonly output: string
  /** `127.0.0.1:port` of the origin. */
  readonly allow: string
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** SIGKILL after so many milliseconds. */
  readonly killAfterMs?: number
  readonly signal?: { readonly name: 'SIGINT' | 'SIGTERM'; readonly afterMs: number }
}

/** Nothing takes so long: what does has hung. */
const LIMIT_MS = 90_000

/** Runs the command to its end, or to the moment when it is killed. */
export async function downloadByCli(url: string, options: CliDownloadOptions): Promise<CliDownload> {
  const { dataDir, output, allow, args = [], env = {}, killAfterMs = LIMIT_MS, signal } = options
  const line = ['download', '--json', url, '--output', output, ...args]
  const child = startTelereel(line, { dataDir, env: { FETCH_ALLOW_HOSTS: allow, ...env } })
  const said = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      said[name] += text
    })
  }
  const timers = [setTimeout(() => child.kill('SIGKILL'), killAfterMs)]
  if (signal) timers.push(setTimeout(() => child.kill(signal.name), signal.afterMs))
  const [code, killedBy] = (await once(child, 'close')) as [number | null, string | null]
  for (const timer of timers) clearTimeout(timer)
  const events = eventsOf(said.stdout)
  return {
    code,
    hung: killedBy === 'SIGKILL' && killAfterMs === LIMIT_MS,
    summary: (events.find(({ type }) => type === 'summary') as DownloadSummary | undefined) ?? null,
    error: (eventsOf(said.stderr).find(({ type }) => type === 'error') as CliDownload['error']) ?? null,
    warnings: events.flatMap(({ type, message }) =>
      type === 'warning' ? [typeof message === 'string' ? message : ''] : [],
    ),
    sha256: existsSync(output) ? await sha256OfFile(output) : null,
    stderr: said.stderr,
  }
}

async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

/** Lines of JSON; others are words for people. */
function eventsOf(text: string): { readonly type?: string; readonly message?: unknown }[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as { readonly type?: string })
}
