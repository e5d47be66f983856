import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CookieFile, CookieFiles } from '#domain/cookie-files.ts'
import type { DownloadIdentity } from '#domain/download.ts'
import { type ResourceLimits, withLimits } from '#lib/process/resource-limits.ts'
import { inSandbox } from '#lib/process/sandbox.ts'
import { type ProcessEnd, startProcess } from '#lib/process/start-process.ts'
import { sentReferer } from '#lib/referer/sent-referer.ts'
import { cleanText } from './clean-text.ts'
import type { FoundYtdlp } from './find-ytdlp.ts'
import { redactor } from './redact.ts'
import { makeScratchFolder } from './scratch-folders.ts'
import { commonOptions, secretOptions } from './ytdlp-options.ts'

/** The proxy that a run is given as its only way out; its address holds a credential. */
export type StartProxy = (options: {
  /** The user's own, which everything goes on through. */
  readonly proxy?: string
  readonly maxBytes?: number
  /** Told `host:port` of what was refused, and why. */
  onRefused(target: string, why: string): void
}) => Promise<{ readonly url: string } & AsyncDisposable>

export interface RunPlaces {
  readonly cookieFiles: CookieFiles
  readonly workDir: string
  readonly startProxy: StartProxy
}

export interface YtdlpRun {
  readonly url: URL
  readonly identity: DownloadIdentity
  readonly options: readonly string[]
  /** Where it may write, beside its scratch folder. */
  readonly folder?: string
  readonly limits: ResourceLimits
  readonly timeLimitMs: number
  readonly stallLimitMs: number
  /** Of all that goes through the network. */
  readonly maxBytes: number
  readonly signal: AbortSignal
  /** Reads its stdout; may end early, which ends the run. */
  read(output: AsyncIterable<Uint8Array>, redact: (line: string) => string): Promise<void>
  /** Looks at its working folder when it has ended, before that is removed. */
  readonly inspect?: (folder: string) => Promise<void>
}

interface RefusedTarget {
  readonly target: string
  readonly why: string
}

export interface YtdlpEnd extends ProcessEnd {
  /** What the page led to and was not let through. */
  readonly refused: readonly RefusedTarget[]
  readonly redact: (line: string) => string
  readonly cookiesAgeDays: number | null
}

const NICENESS = 10
const OPEN_FILES = 256
/** Python with four threads stays under 0.5 GiB; pages of 100 MB do happen. */
const ADDRESS_SPACE_BYTES = 3 * 1024 ** 3

/**
 * Runs it once, in its sandbox: it sees the system's programs and its own scratch folder. The network is the machine's,
 * because the proxy listens on our loopback, which a network namespace of its own could not reach; that nothing goes past
 * the proxy is up to `--proxy`, a tool without helpers (no ffmpeg, no PATH, no plugins), and no name servers in the sandbox.
 */
export async function runYtdlp(tool: FoundYtdlp, places: RunPlaces, run: YtdlpRun): Promise<YtdlpEnd> {
  run.signal.throwIfAborted()
  const cookies = await cookiesFor(places, run)
  await using scratch = await makeScratchFolder(places.workDir)
  const refused: RefusedTarget[] = []
  await using proxy = await places.startProxy({
    ...(run.identity.proxy === undefined ? {} : { proxy: run.identity.proxy }),
    maxBytes: run.maxBytes,
    onRefused: (target, why) => void refused.push({ target, why }),
  })
  const configPath = join(scratch.path, 'options.conf')
  await writeFile(configPath, secretOptions(proxy.url), { mode: 0o600 })
  const cookiesPath = cookies === null ? null : join(scratch.path, 'cookies.txt')
  if (cookies !== null && cookiesPath !== null) await writeFile(cookiesPath, cookies.text, { mode: 0o600 })
  const options = commonOptions({
    configPath,
    emptyFolder: scratch.emptyPath,
    cookiesPath,
    referer: refererOf(run.identity),
    userAgent: headerOf(run.identity, 'user-agent'),
  })
  const writable = run.folder === undefined ? [scratch.path] : [scratch.path, run.folder]
  const command = [...tool.command, ...options, ...run.options, '--', run.url.href]
  const isolated = await inSandbox(tool.sandbox, command, { readOnly: tool.readOnly, writable, network: true })
  const redact = redactor([...(cookies?.cookies ?? []).map(({ value }) => value), ...secretsOf(proxy.url)])
  const limits = { addressSpaceBytes: ADDRESS_SPACE_BYTES, openFiles: OPEN_FILES, ...run.limits }
  await using child = await startProcess({
    command: withLimits(isolated, tool.launchers, { limits, niceness: NICENESS }),
    env: environment(scratch),
    cwd: scratch.path,
    timeLimitMs: run.timeLimitMs,
    stallLimitMs: run.stallLimitMs,
    signal: run.signal,
  })
  await run.read(child.output(), redact)
  const end = await child.ended
  await run.inspect?.(scratch.path)
  return { ...end, refused, redact, cookiesAgeDays: cookies?.ageDays ?? null }
}

async function cookiesFor({ cookieFiles }: RunPlaces, { identity, url }: YtdlpRun): Promise<CookieFile | null> {
  return identity.cookies === undefined ? null : cookieFiles.read(identity.cookies, url.hostname)
}

function refererOf(identity: DownloadIdentity): string | null {
  const given = headerOf(identity, 'referer')
  return given === null ? null : sentReferer(given)
}

/** Of the headers of a user only these two: the others are secrets, or may be, and yt-dlp would send them to every host. */
function headerOf({ headers }: DownloadIdentity, wanted: string): string | null {
  const [, value] = Object.entries(headers).find(([name]) => name.toLowerCase() === wanted) ?? []
  return value === undefined ? null : cleanText(value, 1000)
}

function secretsOf(proxyUrl: string): string[] {
  const { username, password } = new URL(proxyUrl)
  return [decodeURIComponent(username), decodeURIComponent(password)]
}

function environment({ path, emptyPath }: { readonly path: string; readonly emptyPath: string }) {
  const home = Object.fromEntries(
    ['HOME', 'XDG_CONFIG_HOME', 'XDG_CACHE_HOME', 'XDG_DATA_HOME', 'PATH', 'APPDATA'].map((name) => [name, emptyPath]),
  )
  const windows = process.platform === 'win32' ? { SystemRoot: 'C:\\Windows' } : {}
  return { ...home, TMPDIR: path, TMP: path, TEMP: path, LC_ALL: 'C.UTF-8', PYTHONUTF8: '1', ...windows }
}
