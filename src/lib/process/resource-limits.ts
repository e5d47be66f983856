import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'

/** What a child process may use (setrlimit(2)); enforced where `prlimit` exists, that is on Linux. */
export interface ResourceLimits {
  /** Virtual memory, not resident: threads and their arenas count in full. */
  readonly addressSpaceBytes?: number
  /** Processor time over all threads. */
  readonly cpuSec?: number
  readonly openFiles?: number
  /** Length of the longest file it may write. */
  readonly fileBytes?: number
}

/** Small programs that start another one in a changed setting. Null where the system lacks them. */
export interface Launchers {
  readonly prlimit: string | null
  readonly nice: string | null
  /** Lets the kernel end the child when we die without a chance to do it ourselves. */
  readonly setpriv: string | null
}

/** Looks for the launchers in the folders of `searchPath` (as PATH is written). */
export async function findLaunchers(searchPath: string): Promise<Launchers> {
  const [prlimit, nice, setpriv] = await Promise.all(
    ['prlimit', 'nice', 'setpriv'].map((name) => findProgram(name, searchPath)),
  )
  return { prlimit: prlimit ?? null, nice: nice ?? null, setpriv: setpriv ?? null }
}

/** The full path of a program, or null. Names that contain a folder are only checked. */
export async function findProgram(name: string, searchPath: string): Promise<string | null> {
  const folders = /[/\\]/.test(name) ? [''] : searchPath.split(delimiter).filter((folder) => folder !== '')
  const endings = process.platform === 'win32' && !/\.exe$/i.test(name) ? ['.exe'] : ['']
  for (const candidate of folders.flatMap((folder) => endings.map((ending) => join(folder, name + ending)))) {
    if (await isExecutable(candidate)) return candidate
  }
  return null
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}

/** The command with what limits it in front, as one argument list. Core dumps are always off. */
export function withLimits(
  command: readonly string[],
  launchers: Launchers,
  { limits = {}, niceness = 0 }: { readonly limits?: ResourceLimits; readonly niceness?: number },
): readonly string[] {
  const dieWithParent = launchers.setpriv === null ? [] : [launchers.setpriv, '--pdeathsig', 'KILL', '--']
  const nice = launchers.nice === null || niceness === 0 ? [] : [launchers.nice, '-n', String(niceness)]
  const limit = launchers.prlimit === null ? [] : [launchers.prlimit, '--core=0', ...limitOptions(limits)]
  return [...dieWithParent, ...nice, ...limit, ...command]
}

function limitOptions(limits: ResourceLimits): string[] {
  const options = [
    ['--as', limits.addressSpaceBytes],
    ['--cpu', limits.cpuSec],
    ['--nofile', limits.openFiles],
    ['--fsize', limits.fileBytes],
  ] as const
  return options.flatMap(([name, value]) =>
    value === undefined || !Number.isFinite(value) ? [] : [`${name}=${Math.ceil(value)}`],
  )
}
