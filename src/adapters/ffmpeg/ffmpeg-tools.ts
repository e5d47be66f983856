import { delimiter } from 'node:path'
import { ToolFailedError, ToolMissingError } from '#domain/errors.ts'
import { findLaunchers, findProgram, type Launchers } from '#lib/process/resource-limits.ts'
import { detectSandbox, type Sandbox } from '#lib/process/sandbox.ts'
import { startProcess } from '#lib/process/start-process.ts'
import { codecWhitelist, parseDecoders, wideCodecWhitelist } from './allowed-decoders.ts'
import { COMMON_OPTIONS } from './input-options.ts'
import { parseToolVersion, type ToolVersion } from './tool-version.ts'

export interface FoundTool {
  readonly path: string
  readonly version: ToolVersion
}

/** The programs of this machine and all that is found out about them once, at start. */
export interface FfmpegTools {
  readonly ffmpeg: FoundTool
  readonly ffprobe: FoundTool
  readonly launchers: Launchers
  readonly sandbox: Sandbox
  readonly codecs: string
  /** Only where a full sandbox and a patched build stand behind it. */
  readonly wideCodecs: string | null
  /** For the log and the doctor; empty when all is well. */
  readonly warnings: readonly string[]
}

export interface ToolPlaces {
  readonly ffmpegPath?: string | undefined
  readonly ffprobePath?: string | undefined
  /** As PATH is written; the usual folders when missing. */
  readonly searchPath?: string | undefined
}

/** Where programs usually are, Homebrew's folders included. */
const USUAL_PATH = ['/usr/local/bin', '/usr/bin', '/bin', '/opt/homebrew/bin', '/opt/local/bin', '/snap/bin']

/**
 * Finds ffmpeg and ffprobe. Rejects with ToolMissingError when one is not there or does not start. Each run of theirs takes
 * a twentieth of a second, which whoever starts us waits for: so there are few, side by side.
 */
export async function findFfmpegTools(places: ToolPlaces): Promise<FfmpegTools> {
  const searchPath = places.searchPath ?? USUAL_PATH.join(delimiter)
  const searching = {
    ffmpeg: findTool('ffmpeg', places.ffmpegPath, searchPath),
    ffprobe: findTool('ffprobe', places.ffprobePath, searchPath),
    launchers: findLaunchers(searchPath),
  }
  // Of two that are missing always the same one is named.
  await Promise.allSettled(Object.values(searching))
  const [ffmpegPath, ffprobePath] = [await searching.ffmpeg, await searching.ffprobe]
  const launchers = await searching.launchers
  const abilities = Promise.all([
    detectSandbox(searchPath, [ffmpegPath, '-version']),
    printed(ffmpegPath, ['-decoders']),
  ])
  // That it is no ffmpeg at all is the better complaint.
  abilities.catch(() => {})
  const [ffmpeg, ffprobe] = await Promise.all([identify('ffmpeg', ffmpegPath), identify('ffprobe', ffprobePath)])
  const [sandbox, decoderTable] = await abilities
  const decoders = parseDecoders(decoderTable)
  const mayWiden = sandbox.level === 'full' && ffmpeg.version.isPatched && ffprobe.version.isPatched
  return {
    ffmpeg,
    ffprobe,
    launchers,
    sandbox,
    codecs: codecWhitelist(decoders),
    wideCodecs: mayWiden ? wideCodecWhitelist(decoders) : null,
    warnings: warningsFor(ffmpeg.version),
  }
}

/** The encoders of the build: `libx264`, `aac`, `h264_nvenc` … */
export async function encodersOf({ ffmpeg }: FfmpegTools): Promise<ReadonlySet<string>> {
  return parseDecoders(await printed(ffmpeg.path, ['-encoders']))
}

async function findTool(name: 'ffmpeg' | 'ffprobe', given: string | undefined, searchPath: string): Promise<string> {
  const path = await findProgram(given ?? name, searchPath)
  if (path !== null) return path
  const why = given === undefined ? `No folder of PATH holds ${name}.` : `${given} is no program that may be started.`
  throw new ToolMissingError(`${name} is missing.`, { why, fix: INSTALL })
}

async function identify(name: 'ffmpeg' | 'ffprobe', path: string): Promise<FoundTool> {
  const version = parseToolVersion(await printed(path, ['-version']))
  if (version === null) {
    throw new ToolMissingError(`${path} is not ${name}.`, { why: 'It does not tell its version.', fix: INSTALL })
  }
  return { path, version }
}

const INSTALL =
  'Debian, Ubuntu: sudo apt install ffmpeg. Fedora: sudo dnf install ffmpeg (from RPM Fusion). ' +
  'macOS: brew install ffmpeg. Windows: winget install Gyan.FFmpeg. Or set FFMPEG_PATH and FFPROBE_PATH.'

const LISTING_LIMIT_MS = 20_000

async function printed(path: string, options: readonly string[]): Promise<string> {
  const command = [path, ...COMMON_OPTIONS.filter(() => options[0] !== '-version'), ...options]
  try {
    await using child = await startProcess({ command, env: TOOL_ENVIRONMENT, timeLimitMs: LISTING_LIMIT_MS })
    const chunks: Uint8Array[] = []
    for await (const chunk of child.output()) chunks.push(chunk)
    const { exitCode, stderr } = await child.ended
    if (exitCode !== 0) throw new ToolFailedError(`${path} ended with ${exitCode}.`, { why: stderr.slice(-300) })
    return Buffer.concat(chunks).toString('utf8')
  } catch (cause) {
    throw new ToolMissingError(`${path} does not start.`, { fix: INSTALL, cause })
  }
}

/** All that our child processes see of the environment. */
export const TOOL_ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: '/usr/local/bin:/usr/bin:/bin',
  LC_ALL: 'C.UTF-8',
  AV_LOG_FORCE_NOCOLOR: '1',
  // Each arena reserves 64 MiB of address space, and threads have arenas of their own.
  MALLOC_ARENA_MAX: '4',
  ...(process.platform === 'win32' ? { SystemRoot: 'C:\\Windows' } : {}),
}

function warningsFor({ text, release, isPatched }: ToolVersion): string[] {
  if (isPatched) return []
  const of = release === null ? 'a build from between releases' : `version ${text}`
  return [
    `ffmpeg is ${of}, which may lack the fix of CVE-2026-8461 (fixed in 5.1.10, 6.1.6, 7.1.5, 8.1.2); ` +
      'the list of allowed decoders keeps files away from the hole. Update ffmpeg when you can.',
  ]
}
