import { readFile } from 'node:fs/promises'
import { availableParallelism, cpus, freemem, totalmem } from 'node:os'
import { join } from 'node:path'
import type { LoadSample, MachineLoad } from '#domain/machine-load.ts'
import { type CgroupUse, readCgroups } from './cgroups.ts'
import { type CpuTimes, parseCpuTimes, parseMemory } from './proc-files.ts'

export interface HostWorld {
  /** Milliseconds that never go back. */
  readonly now: () => number
  /** Where the file system begins. */
  readonly root: string
  readonly platform: NodeJS.Platform
}

/** What was counted at a look; what happened between two of them is the load. */
interface Counts {
  readonly atMs: number
  readonly host: CpuTimes | null
  readonly groups: readonly CgroupUse[]
  /** Processor time of this process, in ms. */
  readonly ownMs: number
}

/**
 * The load of the machine, by /proc and cgroup files on Linux and by what Node knows elsewhere. Of the machine and the
 * containers around us the fullest counts: that is where the next download would hurt.
 */
export class HostLoad implements MachineLoad {
  readonly #world: HostWorld
  #before: Counts | null = null

  constructor(world: Partial<HostWorld> = {}) {
    this.#world = { now: () => performance.now(), root: '/', platform: process.platform, ...world }
  }

  async look(): Promise<LoadSample> {
    const counts = await this.#count()
    const before = this.#before
    this.#before = counts
    return {
      cpuPercent: before && greatest([hostPercent(before, counts), ...groupPercents(before, counts)]),
      memoryPercent: greatest([await this.#memoryPercent(), ...counts.groups.map(memoryPercentOf)]),
      ownCpuPercent: before && ownPercent(before, counts),
      ownMemoryBytes: process.memoryUsage.rss(),
    }
  }

  async #count(): Promise<Counts> {
    const { now, root, platform } = this.#world
    const { user, system } = process.cpuUsage()
    const isLinux = platform === 'linux'
    const text = isLinux ? await readFile(join(root, 'proc/stat'), 'utf8').catch(() => '') : ''
    return {
      host: isLinux ? parseCpuTimes(text) : timesByNode(),
      groups: isLinux ? await readCgroups(root) : [],
      ownMs: (user + system) / 1000,
      atMs: now(),
    }
  }

  async #memoryPercent(): Promise<number | null> {
    const { root, platform } = this.#world
    if (platform !== 'linux') return percentOf(totalmem() - freemem(), totalmem())
    const memory = parseMemory(await readFile(join(root, 'proc/meminfo'), 'utf8').catch(() => ''))
    return memory && percentOf(memory.totalBytes - memory.availableBytes, memory.totalBytes)
  }
}

function timesByNode(): CpuTimes {
  const times = cpus().map(({ times: { user, nice, sys, irq, idle } }) => ({ busy: user + nice + sys + irq, idle }))
  const busy = times.reduce((sum, each) => sum + each.busy, 0)
  return { busy, total: times.reduce((sum, each) => sum + each.idle, busy) }
}

function hostPercent({ host: before }: Counts, { host: after }: Counts): number | null {
  return before && after && percentOf(after.busy - before.busy, after.total - before.total)
}

function groupPercents(before: Counts, after: Counts): (number | null)[] {
  return after.groups.map(({ place, cpu }) => {
    const earlier = before.groups.find((group) => group.place === place)?.cpu
    return cpu && earlier ? percentOf(cpu.usedMs - earlier.usedMs, (after.atMs - before.atMs) * cpu.processors) : null
  })
}

/** Of the processors that the machine or the tightest container gives. */
function ownPercent(before: Counts, after: Counts): number | null {
  const limits = after.groups.flatMap(({ cpu }) => (cpu ? [cpu.processors] : []))
  const processors = Math.min(availableParallelism(), ...limits)
  return percentOf(after.ownMs - before.ownMs, (after.atMs - before.atMs) * processors)
}

function memoryPercentOf({ memory }: CgroupUse): number | null {
  return memory && percentOf(memory.usedBytes, memory.limitBytes)
}

/** Null when nothing passed that could be a whole. */
function percentOf(part: number, whole: number): number | null {
  if (!(whole > 0)) return null
  return Math.min(100, Math.max(0, Math.round((part / whole) * 1000) / 10))
}

function greatest(percents: readonly (number | null)[]): number | null {
  const known = percents.filter((percent) => percent !== null)
  return known.length > 0 ? Math.max(...known) : null
}
