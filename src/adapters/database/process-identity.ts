import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** Who holds something, in words for people and precise enough to tell that it is gone. */
export interface ProcessIdentity {
  readonly host: string
  readonly pid: number
  /** Where the pid means something: a boot and a PID namespace, so that containers are not confused. Null: unknown. */
  readonly space: string | null
  /** The kernel's start time of the process: pids are used again. Null where it cannot be read. */
  readonly started: string | null
}

export function thisProcess(): ProcessIdentity {
  return { host: hostname(), pid: process.pid, space: pidSpace(), started: startOf(process.pid) }
}

/**
 * True only when the process certainly runs no more, seen from this one. False also means "cannot tell": another
 * machine, another container.
 */
export function isGone({ pid, space, started }: ProcessIdentity): boolean {
  if (!isHere({ space })) return false
  if (!isAlive(pid)) return true
  const startedNow = startOf(pid)
  return started !== null && startedNow !== null && started !== startedNow
}

/** Whether `isGone` can tell: it runs, or ran, on this machine since it was switched on, and not in another container. */
export function isHere({ space }: Pick<ProcessIdentity, 'space'>): boolean {
  return space !== null && space === pidSpace()
}

export function describeProcess({ host, pid }: Pick<ProcessIdentity, 'host' | 'pid'>): string {
  return `process ${pid} on ${host}`
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // EPERM: it is there and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

function pidSpace(): string | null {
  if (process.platform !== 'linux') return hostname()
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return null
  }
}

/** Field 22 of /proc/<pid>/stat (proc(5)); the second, the name, is in brackets and may hold anything. */
function startOf(pid: number): string | null {
  if (process.platform !== 'linux') return null
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}
