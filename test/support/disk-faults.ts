import fs, { type FileHandle } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'

const ON_FILES = ['read', 'write', 'writev', 'writeFile', 'stat', 'truncate', 'sync', 'datasync'] as const
const ON_PATHS = [
  'open',
  'mkdir',
  'readdir',
  'rename',
  'link',
  'rm',
  'stat',
  'statfs',
  'readFile',
  'writeFile',
] as const

export interface DiskFaultRule {
  /** What the system says. */
  readonly code: 'EIO' | 'ENOSPC'
  /** The first call that fails, from 1 on. */
  readonly nth: number
  /** Which calls on open files count; when missing, all, and those on paths. */
  readonly methods?: readonly (typeof ON_FILES)[number][]
}

export interface DiskFaults extends Disposable {
  /** Whether there were so many calls. */
  readonly struck: boolean
}

/**
 * From here on the n-th call of this process to its disk (by node:fs/promises) fails once, as a disk would fail it; what
 * comes behind is carried out. Disposed of, all is as before.
 */
export async function failNthDiskCall({ code, nth, methods }: DiskFaultRule): Promise<DiskFaults> {
  let calls = 0
  const strike = (name: string) => {
    if (++calls === nth) throw Object.assign(new Error(`${code}: the disk fails, ${name}`), { code, syscall: name })
  }
  const handles = await handlePrototype()
  const undo = [
    replaceAll(handles, methods ?? ON_FILES, strike),
    ...(methods ? [] : [replaceAll(fs, ON_PATHS, strike)]),
  ]
  syncBuiltinESMExports()
  return {
    get struck() {
      return calls >= nth
    },
    [Symbol.dispose]() {
      for (const each of undo) each()
      syncBuiltinESMExports()
    },
  }
}

function replaceAll(owner: object, names: readonly string[], strike: (name: string) => void): () => void {
  const functions = owner as Record<string, (...args: unknown[]) => unknown>
  const originals = names.map((name) => [name, functions[name]] as const)
  for (const [name, original] of originals) {
    functions[name] = async function (this: unknown, ...args: unknown[]) {
      strike(name)
      return await original?.apply(this, args)
    }
  }
  return () => void Object.assign(owner, Object.fromEntries(originals))
}

async function handlePrototype(): Promise<FileHandle> {
  await using any = await fs.open('/dev/null')
  return Object.getPrototypeOf(any) as FileHandle
}
