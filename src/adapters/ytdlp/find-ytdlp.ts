import { access, realpath } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { ToolMissingError } from '#domain/errors.ts'
import { findLaunchers, findProgram, type Launchers } from '#lib/process/resource-limits.ts'
import { detectSandbox, type Sandbox } from '#lib/process/sandbox.ts'
import { startProcess } from '#lib/process/start-process.ts'
import { isZippedScript, pythonOf } from './python-of.ts'
import { INSTALL, parseYtdlpVersion, type YtdlpVersion } from './ytdlp-version.ts'

/** yt-dlp of this machine, and what its sandbox has to show it. */
export interface FoundYtdlp {
  /** What stands in front of its options. */
  readonly command: readonly string[]
  readonly version: YtdlpVersion
  /** Folders and files outside the system's own that it needs: its Python, its packages. */
  readonly readOnly: readonly string[]
  readonly launchers: Launchers
  readonly sandbox: Sandbox
}

export interface YtdlpPlaces {
  readonly ytdlpPath?: string | undefined
  /** As PATH is written. */
  readonly searchPath: string
}

/** Certificates that TLS is checked with, by distribution. */
const CERTIFICATES = ['/etc/ssl', '/etc/pki', '/etc/ca-certificates']

/**
 * Finds yt-dlp and asks it for its version, which takes about a second. Rejects with ToolMissingError when it is not there
 * or does not start.
 */
export async function findYtdlp({ ytdlpPath, searchPath }: YtdlpPlaces): Promise<FoundYtdlp> {
  const path = await findProgram(ytdlpPath ?? 'yt-dlp', searchPath)
  if (path === null)
    throw missing(
      'yt-dlp is missing.',
      ytdlpPath === undefined ? 'No folder of PATH holds it.' : `${ytdlpPath} is no program that may be started.`,
    )
  const { command, readOnly } = await startOf(await realpath(path), searchPath)
  const asked = [...command, '--ignore-config', '--version']
  const [version, launchers, sandbox] = await Promise.all([
    printed(asked, { PATH: searchPath, HOME: homedir() }),
    findLaunchers(searchPath),
    detectSandbox(searchPath, asked, { readOnly, network: true }),
  ])
  const parsed = version === null ? null : parseYtdlpVersion(version)
  if (parsed === null) throw missing(`${path} is not yt-dlp, or does not start.`, 'It does not tell its version.')
  return { command, version: parsed, readOnly, launchers, sandbox }
}

function missing(message: string, why: string): ToolMissingError {
  return new ToolMissingError(message, { why, fix: INSTALL })
}

/**
 * Its Python is called by name with the package itself, not through the script: a script of pipx, of pyenv or of a user's
 * own packages finds them by a home folder and an environment that a run does not have.
 */
async function startOf(path: string, searchPath: string): Promise<Pick<FoundYtdlp, 'command' | 'readOnly'>> {
  const python = await pythonOf(path, searchPath)
  const facts = python === null ? null : await askPython(python, searchPath)
  if (facts === null) return { command: [path], readOnly: [...CERTIFICATES, path] }
  const prefixes = facts.prefixes.filter((prefix) => !['/', '/usr', '/usr/local'].includes(prefix))
  const start = [facts.executable, ...ISOLATED]
  const zipped = await isZippedScript(path)
  const package_ = zipped ? null : ((await packageBeside(path)) ?? facts.package)
  if (package_ === null) return { command: [...start, path], readOnly: [...CERTIFICATES, ...prefixes, path] }
  return {
    command: [...start, join(package_, '__main__.py')],
    readOnly: [...CERTIFICATES, ...prefixes, dirname(package_)],
  }
}

/** No settings from the environment, no packages of the user, nothing written beside the sources. */
const ISOLATED = ['-I', '-B']

/** A checkout of the source, or what `pip install --target` leaves. */
async function packageBeside(script: string): Promise<string | null> {
  const folder = dirname(script)
  for (const candidate of [join(folder, 'yt_dlp'), join(folder, '..', 'yt_dlp')]) {
    const found = await access(join(candidate, '__main__.py')).then(
      () => true,
      () => false,
    )
    if (found) return candidate
  }
  return null
}

const PythonFacts = z.object({
  executable: z.string().min(1),
  prefixes: z.array(z.string()),
  package: z.string().nullable(),
})

const QUESTION = [
  'import importlib.util, json, os, sys',
  's = importlib.util.find_spec("yt_dlp")',
  'p = os.path.dirname(s.origin) if s and s.origin else None',
  'print(json.dumps({"executable": sys.executable, "prefixes": sorted({sys.prefix, sys.base_prefix, sys.exec_prefix}), "package": p}))',
].join('\n')

async function askPython(python: string, searchPath: string): Promise<z.infer<typeof PythonFacts> | null> {
  const text = await printed([python, '-c', QUESTION], { PATH: searchPath, HOME: homedir() })
  if (text === null) return null
  try {
    return PythonFacts.parse(JSON.parse(text))
  } catch {
    return null
  }
}

const QUESTION_LIMIT_MS = 30_000

/** What it prints; null when it does not start or does not end well. */
async function printed(command: readonly string[], env: Readonly<Record<string, string>>): Promise<string | null> {
  try {
    await using child = await startProcess({ command, env, timeLimitMs: QUESTION_LIMIT_MS })
    const chunks: Uint8Array[] = []
    for await (const chunk of child.output()) chunks.push(chunk)
    return (await child.ended).exitCode === 0 ? Buffer.concat(chunks).toString('utf8') : null
  } catch {
    return null
  }
}
