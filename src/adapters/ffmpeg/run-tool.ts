import { join, resolve } from 'node:path'
import { type ResourceLimits, withLimits } from '#lib/process/resource-limits.ts'
import { inSandbox, SANDBOXED_INPUT, SANDBOXED_OUTPUT, type Sandbox } from '#lib/process/sandbox.ts'
import { type RunningProcess, startProcess } from '#lib/process/start-process.ts'
import { type FfmpegTools, TOOL_ENVIRONMENT } from './ffmpeg-tools.ts'
import { COMMON_OPTIONS, type InputProfile, inputOptions, stdinOptions } from './input-options.ts'
import { LEAST_ADDRESS_SPACE_BYTES } from './run-limits.ts'

/** A media file and what may be used to open it. */
export interface MediaFile extends InputProfile {
  readonly path: string
  /** False for a file that only root's privileges can read, which no sandbox has. */
  readonly sandboxed: boolean
}

export interface ToolRun {
  readonly tool: 'ffmpeg' | 'ffprobe'
  /** Null for runs that make their own pictures. */
  readonly input: MediaFile | null
  /** What comes through stdin instead of a file: `feed` of the process writes it. */
  readonly stdin?: InputProfile
  /** Options that go in front of the input, beside the safety profile: seeking, decoder threads. */
  readonly before?: readonly string[]
  /** Everything behind the input. `out` gives the address of a file in `outputFolder`. */
  readonly options: (out: (name: string) => string) => readonly string[]
  readonly outputFolder?: string
  /** Other files that `options` name by their own paths, each behind its own `inputOptions`. */
  readonly alsoReads?: readonly string[]
  readonly devices?: readonly string[]
  readonly limits?: ResourceLimits
  readonly timeLimitMs: number
  readonly stallLimitMs?: number
  readonly extraPipes?: number
  readonly signal?: AbortSignal | undefined
}

const OPEN_FILES = 64
const NICENESS = 10

const NO_SANDBOX: Sandbox = { level: 'none', why: '', bwrap: null }

/** Starts ffmpeg or ffprobe under the whole profile: allow-lists, resource limits, sandbox, time limit, own group. */
export async function runTool(tools: FfmpegTools, run: ToolRun): Promise<RunningProcess> {
  const sandbox = run.input?.sandboxed === false ? NO_SANDBOX : tools.sandbox
  const isolated = sandbox.level !== 'none'
  const folder = isolated ? SANDBOXED_OUTPUT : resolve(run.outputFolder ?? '.')
  const command = [
    tools[run.tool].path,
    ...COMMON_OPTIONS,
    ...(run.tool === 'ffmpeg' ? ['-nostdin'] : []),
    ...inputArguments(run, isolated),
    ...run.options((name) => `file:${isolated ? `${folder}/${name}` : join(folder, name)}`),
  ]
  const input = run.input === null ? undefined : resolve(run.input.path)
  const readOnly = run.alsoReads?.map((path) => resolve(path))
  const mounts = { input, readOnly, outputFolder: run.outputFolder, devices: run.devices }
  const limits = { addressSpaceBytes: LEAST_ADDRESS_SPACE_BYTES, openFiles: OPEN_FILES, ...run.limits }
  return startProcess({
    command: withLimits(await inSandbox(sandbox, command, mounts), tools.launchers, {
      limits,
      niceness: NICENESS,
    }),
    env: TOOL_ENVIRONMENT,
    timeLimitMs: run.timeLimitMs,
    ...(run.stallLimitMs === undefined ? {} : { stallLimitMs: run.stallLimitMs }),
    stdin: run.stdin !== undefined,
    ...(run.extraPipes === undefined ? {} : { extraPipes: run.extraPipes }),
    ...(run.signal === undefined ? {} : { signal: run.signal }),
  })
}

function inputArguments({ input, stdin, before = [] }: ToolRun, isolated: boolean): string[] {
  if (stdin !== undefined) return [...stdinOptions(stdin), ...before, '-i', 'pipe:0']
  if (input === null) return [...before]
  const address = isolated ? SANDBOXED_INPUT : resolve(input.path)
  return [...inputOptions(input), ...before, '-i', `file:${address}`]
}
