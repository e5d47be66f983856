import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'

/** Others may use this share of the processors at most while figures are taken that decide something. */
const QUIET_SHARE = 0.15
const LOOK_MS = 300

/** How busy others keep this machine: looked at between measurements, while we do nothing. */
export class Quietness {
  #shares: number[] = []

  async look(): Promise<void> {
    const before = processorTimes()
    await sleep(LOOK_MS)
    const after = processorTimes()
    this.#shares.push((after.busy - before.busy) / Math.max(1, after.total - before.total))
  }

  /** The most that others used at any look. */
  get share(): number {
    return Math.max(0, ...this.#shares)
  }

  get isQuiet(): boolean {
    return this.share <= QUIET_SHARE
  }
}

/** Ticks since the machine started (proc(5), /proc/stat). */
function processorTimes(): { readonly busy: number; readonly total: number } {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n', 1)
  const [user = 0, nice = 0, system = 0, idle = 0, wait = 0, ...others] = line.split(/\s+/).slice(1).map(Number)
  const busy = user + nice + system + others.slice(0, 3).reduce((sum, ticks) => sum + ticks, 0)
  return { busy, total: busy + idle + wait }
}

export function describeMachine(): string {
  const memory = Math.round(totalmem() / 2 ** 30)
  return `${availableParallelism()} x ${cpus()[0]?.model ?? '?'}, ${memory} GiB, Linux, Node ${process.version}`
}
