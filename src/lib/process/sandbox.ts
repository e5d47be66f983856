import { realpath } from 'node:fs/promises'
import { findProgram } from './resource-limits.ts'
import { startProcess } from './start-process.ts'

/**
 * `full`: no network, no other processes, no files but the ones bound. `partial`: no files but those, the network stays.
 * `none`: only the allow-lists and resource limits stand, which never depend on a sandbox.
 */
export type SandboxLevel = 'full' | 'partial' | 'none'

export interface Sandbox {
  readonly level: SandboxLevel
  /** For people: what is used, or what is missing and how to get it. */
  readonly why: string
  readonly bwrap: string | null
}

/** What a sandboxed program finds: the file to read at /in/src, a folder to write to at /out, others at their own places. */
export interface SandboxMounts {
  readonly input?: string | undefined
  readonly outputFolder?: string | undefined
  /** To be read where they are; those that do not exist are left out. */
  readonly readOnly?: readonly string[] | undefined
  /** To be written to where they are. */
  readonly writable?: readonly string[] | undefined
  /** Device files or folders of hardware encoders. */
  readonly devices?: readonly string[] | undefined
  /** Lets it use the network of the machine, for a program whose way out is watched elsewhere. */
  readonly network?: boolean
}

export const SANDBOXED_INPUT = '/in/src'
export const SANDBOXED_OUTPUT = '/out'

const DETECTION_LIMIT_MS = 10_000

/** Tries once which sandbox works here, with a command of the very program that is to run inside; it has to end well. */
export async function detectSandbox(
  searchPath: string,
  command: readonly string[],
  mounts: SandboxMounts = {},
): Promise<Sandbox> {
  const bwrap = await findProgram('bwrap', searchPath)
  if (bwrap === null) {
    const why = 'bubblewrap is not installed (Debian, Fedora: package bubblewrap); allow-lists and limits stand alone'
    return { level: 'none', why, bwrap: null }
  }
  for (const level of ['full', 'partial'] as const) {
    const sandbox = { level, why: WHY[level], bwrap }
    if (await worksIn(sandbox, command, mounts)) return sandbox
  }
  const why = 'bubblewrap is installed but may not make namespaces here (as in most containers)'
  return { level: 'none', why, bwrap }
}

const WHY = {
  full: 'bubblewrap: no network, no other files, no other processes',
  partial: 'bubblewrap: no other files; the network could not be shut off here',
} as const

async function worksIn(sandbox: Sandbox, tried: readonly string[], mounts: SandboxMounts): Promise<boolean> {
  const command = await inSandbox(sandbox, tried, mounts)
  try {
    await using child = await startProcess({ command, env: {}, timeLimitMs: DETECTION_LIMIT_MS })
    for await (const _ of child.output());
    return (await child.ended).exitCode === 0
  } catch {
    return false
  }
}

/** The command as it is started: inside the sandbox, or unchanged where there is none. */
export async function inSandbox(
  { level, bwrap }: Sandbox,
  command: readonly string[],
  mounts: SandboxMounts,
): Promise<readonly string[]> {
  if (level === 'none' || bwrap === null) return command
  const [tool = ''] = command
  const network = level === 'full' && mounts.network === true ? ['--share-net'] : []
  return [bwrap, ...ISOLATION[level], ...network, ...(await systemMounts(tool)), ...ownMounts(mounts), '--', ...command]
}

const ALWAYS = ['--die-with-parent', '--new-session', '--cap-drop', 'ALL']
const ISOLATION = {
  full: ['--unshare-all', ...ALWAYS],
  partial: ['--unshare-user-try', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try', ...ALWAYS],
} as const

/** Programs and libraries. Nothing of /home, /root, /var, /etc but what the loader needs. */
const SYSTEM_FOLDERS = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/nix/store', '/gnu/store']
const LOADER_FILES = ['/etc/alternatives', '/etc/ld.so.cache', '/etc/ld.so.conf', '/etc/ld.so.conf.d']

async function systemMounts(tool: string): Promise<string[]> {
  const real = await realpath(tool)
  const elsewhere = [tool, real].filter((path) => !SYSTEM_FOLDERS.some((folder) => path.startsWith(`${folder}/`)))
  const bound = [...SYSTEM_FOLDERS, ...LOADER_FILES, ...new Set(elsewhere)]
  // The empty /tmp first: a program may lie there.
  return ['--dev', '/dev', '--tmpfs', '/tmp', ...bound.flatMap((path) => ['--ro-bind-try', path, path])]
}

function ownMounts({ input, outputFolder, readOnly = [], writable = [], devices = [] }: SandboxMounts): string[] {
  return [
    ...readOnly.flatMap((path) => ['--ro-bind-try', path, path]),
    ...(input === undefined ? [] : ['--ro-bind', input, SANDBOXED_INPUT]),
    ...(outputFolder === undefined ? [] : ['--bind', outputFolder, SANDBOXED_OUTPUT]),
    ...writable.flatMap((path) => ['--bind', path, path]),
    ...devices.flatMap((path) => ['--dev-bind-try', path, path]),
    ...(devices.length === 0 ? [] : ['--ro-bind-try', '/sys', '/sys']),
  ]
}
