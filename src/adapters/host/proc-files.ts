/** Time of all processors, in the kernel's ticks. */
export interface CpuTimes {
  readonly busy: number
  readonly total: number
}

/** Of /proc/stat (proc_stat(5)): user, nice, system, idle, iowait, irq, softirq, steal; guests are within user. */
export function parseCpuTimes(text: string): CpuTimes | null {
  const ticks = /^cpu\s+(.+)$/m.exec(text)?.[1]?.trim().split(/\s+/).slice(0, 8).map(Number)
  if (!ticks || ticks.length < 4 || ticks.some(Number.isNaN)) return null
  const total = ticks.reduce((sum, each) => sum + each, 0)
  const [, , , idle = 0, ioWait = 0] = ticks
  return { busy: total - idle - ioWait, total }
}

/** Of /proc/meminfo (proc_meminfo(5)), in bytes. */
export function parseMemory(text: string): { readonly totalBytes: number; readonly availableBytes: number } | null {
  const bytesOf = (name: string) => {
    const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1]
    return found === undefined ? null : Number(found) * 1024
  }
  const [totalBytes, availableBytes] = [bytesOf('MemTotal'), bytesOf('MemAvailable')]
  return totalBytes === null || availableBytes === null || totalBytes === 0 ? null : { totalBytes, availableBytes }
}

/** The number behind a word at the beginning of a line: cpu.stat, memory.stat. */
export function numberAfter(word: string, text: string | null): number | null {
  const found = text === null ? undefined : new RegExp(`^${word} (\\d+)$`, 'm').exec(text)?.[1]
  return found === undefined ? null : Number(found)
}
