import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { numberAfter } from './proc-files.ts'

/** What a group of processes that we belong to has used, and may use. */
export interface CgroupUse {
  /** Which it is, the same at every look. */
  readonly place: string
  /** Processor time so far, in ms, and how many processors it may use; null without a limit. */
  readonly cpu: { readonly usedMs: number; readonly processors: number } | null
  readonly memory: { readonly usedBytes: number; readonly limitBytes: number } | null
}

/** Kernels write a limit that is none as a number near 2^63. */
const NO_LIMIT_BYTES = 2 ** 60

/**
 * The limits that containers and services put on us: those of our own group and of all above it, by cgroup v2 and v1
 * (docs.kernel.org/admin-guide/cgroup-v2, …/cgroup-v1). `root` is where the file system begins. Empty where there are none.
 */
export async function readCgroups(root: string): Promise<readonly CgroupUse[]> {
  const own = await readText(join(root, 'proc/self/cgroup'))
  if (own === null) return []
  const mount = join(root, 'sys/fs/cgroup')
  const uses: CgroupUse[] = []
  for (const [, controllers = '', path = ''] of own.matchAll(/^\d+:([^:\n]*):(\/.*)$/gm)) {
    for (const place of upwards(path)) uses.push(await lookAt(controllers, join(mount, controllers, place), mount))
  }
  return uses.filter(({ cpu, memory }) => cpu || memory)
}

/** Version 2 has all controllers in one place and names none of them. */
async function lookAt(controllers: string, place: string, mount: string): Promise<CgroupUse> {
  if (controllers === '') return { place, cpu: await cpuOfV2(place), memory: await memoryOfV2(place) }
  const names = controllers.split(',')
  return {
    place,
    cpu: names.includes('cpu') ? await cpuOfV1(place, mount) : null,
    memory: names.includes('memory') ? await memoryOfV1(place) : null,
  }
}

/** `/a/b`, `/a`, `/`: in a container the path may be one of the host, whose files are not there; the root's are. */
function upwards(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '' && part !== '..')
  return [...parts.map((_part, count) => parts.slice(0, parts.length - count).join('/')), '']
}

async function cpuOfV2(dir: string): Promise<CgroupUse['cpu']> {
  const [quota, period] = (await readText(join(dir, 'cpu.max')))?.trim().split(' ').map(Number) ?? []
  const usedMicros = numberAfter('usage_usec', await readText(join(dir, 'cpu.stat')))
  if (!(quota && period) || usedMicros === null) return null
  return { usedMs: usedMicros / 1000, processors: quota / period }
}

async function cpuOfV1(dir: string, mount: string): Promise<CgroupUse['cpu']> {
  const quota = await readNumber(join(dir, 'cpu.cfs_quota_us'))
  const period = await readNumber(join(dir, 'cpu.cfs_period_us'))
  // Where the two controllers are mounted apart, time is counted by the other.
  const apart = dir.startsWith(join(mount, 'cpu/')) || dir === join(mount, 'cpu')
  const counted = apart ? join(mount, 'cpuacct', dir.slice(join(mount, 'cpu').length)) : dir
  const usedNanos = await readNumber(join(counted, 'cpuacct.usage'))
  if (quota === null || quota <= 0 || !period || usedNanos === null) return null
  return { usedMs: usedNanos / 1e6, processors: quota / period }
}

async function memoryOfV2(dir: string): Promise<CgroupUse['memory']> {
  const limitBytes = await readNumber(join(dir, 'memory.max'))
  const heldBytes = await readNumber(join(dir, 'memory.current'))
  return memoryOf(limitBytes, heldBytes, numberAfter('inactive_file', await readText(join(dir, 'memory.stat'))))
}

async function memoryOfV1(dir: string): Promise<CgroupUse['memory']> {
  const limitBytes = await readNumber(join(dir, 'memory.limit_in_bytes'))
  const heldBytes = await readNumber(join(dir, 'memory.usage_in_bytes'))
  return memoryOf(limitBytes, heldBytes, numberAfter('total_inactive_file', await readText(join(dir, 'memory.stat'))))
}

/** Pages of files that nobody used lately are given back before anybody is killed: they do not count. */
function memoryOf(limitBytes: number | null, heldBytes: number | null, idleBytes: number | null): CgroupUse['memory'] {
  if (limitBytes === null || heldBytes === null || limitBytes >= NO_LIMIT_BYTES || limitBytes === 0) return null
  return { limitBytes, usedBytes: Math.max(0, heldBytes - (idleBytes ?? 0)) }
}

async function readNumber(path: string): Promise<number | null> {
  const text = (await readText(path))?.trim()
  return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : null
}

async function readText(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch(() => null)
}
