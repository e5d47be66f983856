import { type FileHandle, open } from 'node:fs/promises'

type Method = 'read' | 'write' | 'writev' | 'writeFile' | 'stat' | 'truncate' | 'sync' | 'datasync'

export interface DiskFaultRule {
  /** What the system says. */
  readonly code: 'EIO' | 'ENOSPC'
  /** The first call that fails, from 1 on. */
  readonly nth: number
  /** Which calls count; all when missing. */
  readonly methods?: readonly Method[]
}

const ALL: readonly Method[] = ['read', 'write', 'writev', 'writeFile', 'stat', 'truncate', 'sync', 'datasync']

/**
 * From here on the n-th call on an open file of this process fails once, as a disk would fail it; what comes behind is
 * carried out. Disposed of, all is as before.
 */
export async function failNthDiskCall({ code, nth, methods = ALL }: DiskFaultRule): Promise<DiskFaults> {
  const prototype = await handlePrototype()
  let calls = 0
  const originals = methods.map((method) => {
    const original = prototype[method] as (...args: unknown[]) => Promise<unknown>
    const replaced = async function (this: FileHandle, ...args: unknown[]) {
      if (++calls === nth)
        throw Object.assign(new Error(`${code}: the disk fails, ${method}`), { code, syscall: method })
      return await original.apply(this, args)
    }
    Object.assign(prototype, { [method]: replaced })
    return [method, original] as const
  })
  return {
    get struck() {
      return calls >= nth
    },
    [Symbol.dispose]: () => void Object.assign(prototype, Object.fromEntries(originals)),
  }
}

export interface DiskFaults extends Disposable {
  /** Whether there were so many calls. */
  readonly struck: boolean
}

async function handlePrototype(): Promise<FileHandle> {
  await using any = await open('/dev/null')
  return Object.getPrototypeOf(any) as FileHandle
}
