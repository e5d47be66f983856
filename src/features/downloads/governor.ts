import type { Governor, GovernorChange, GovernorFigures } from '#domain/governor.ts'
import type { LoadSample, MachineLoad } from '#domain/machine-load.ts'
import { type GovernorState, type GovernorStep, mostOf, nextGovernorState } from './governor-rule.ts'

export interface GovernorSettings {
  /** RESOURCE_MONITOR_ENABLED; off: the most at all times. */
  readonly enabled: boolean
  readonly cpuThresholdPercent: number
  readonly memoryThresholdPercent: number
  /** RESOURCE_CHECK_INTERVAL */
  readonly checkIntervalSec: number
  readonly mostDownloads: number
  readonly mostConnections: number
}

/** A machine that carries more is rare, and servers that give more to one address are too. */
const MOST_AT_ONCE = { mostDownloads: 4, mostConnections: 32 } as const

/** What may run at once on a quiet machine whose pool opens so many connections; more would only wait for one another. */
export function mostAtOnce(poolConnections: number): Pick<GovernorSettings, 'mostDownloads' | 'mostConnections'> {
  return { ...MOST_AT_ONCE, mostConnections: Math.min(MOST_AT_ONCE.mostConnections, poolConnections) }
}

const MAX_HISTORY = 300
const UNKNOWN: LoadSample = { cpuPercent: null, memoryPercent: null, ownCpuPercent: null, ownMemoryBytes: null }

/** Lets less run at once while the machine is busy. Looks by itself only while `watch` runs. */
export class LoadGovernor implements Governor {
  readonly #load: MachineLoad
  readonly #settings: GovernorSettings
  readonly #now: () => Date
  readonly #listeners = new Set<() => void>()
  readonly #history: GovernorChange[] = []
  #state: GovernorState
  #sample: LoadSample = UNKNOWN

  constructor(load: MachineLoad, settings: GovernorSettings, now: () => Date = () => new Date()) {
    this.#load = load
    this.#settings = settings
    this.#now = now
    this.#state = mostOf(settings)
  }

  get downloads(): number {
    return this.#state.downloads
  }

  get connections(): number {
    return this.#state.connections
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  figures(): GovernorFigures {
    const { enabled, mostDownloads, mostConnections } = this.#settings
    return {
      enabled,
      downloads: { now: this.downloads, most: mostDownloads },
      connections: { now: this.connections, most: mostConnections },
      ...this.#sample,
      history: [...this.#history],
    }
  }

  /** Looks at the load again and again until the signal aborts; never rejects. Nothing to do when it is not enabled. */
  async watch(signal: AbortSignal): Promise<void> {
    while (this.#settings.enabled && !signal.aborted) {
      await this.look()
      await pause(this.#settings.checkIntervalSec * 1000, signal)
    }
  }

  /** One look, and what follows from it. */
  async look(): Promise<void> {
    this.#sample = await this.#load.look().catch(() => UNKNOWN)
    const { state, why } = nextGovernorState(this.#state, this.#sample, this.#settings)
    this.#state = state
    if (!why) return
    const { downloads, connections } = state
    this.#history.push({ at: this.#now(), downloads, connections, why: this.#inWords(why) })
    if (this.#history.length > MAX_HISTORY) this.#history.shift()
    for (const listener of this.#listeners) listener()
  }

  #inWords(why: NonNullable<GovernorStep['why']>): string {
    if ('busy' in why) return why.busy
    return `quiet for ${why.quietLooks * this.#settings.checkIntervalSec} s`
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms)
    function done() {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done)
    if (signal.aborted) done()
  })
}
