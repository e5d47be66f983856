import type { LoadSample } from '#domain/machine-load.ts'

export interface GovernorLimits {
  readonly cpuThresholdPercent: number
  readonly memoryThresholdPercent: number
  readonly mostDownloads: number
  readonly mostConnections: number
}

export interface GovernorState {
  readonly downloads: number
  readonly connections: number
  /** Looks in a row at which the machine was quiet, since the last step up. */
  readonly quietLooks: number
}

export interface GovernorStep {
  readonly state: GovernorState
  /** Why it is busy, or that it was quiet for so many looks; null when nothing changes. */
  readonly why: { readonly busy: string } | { readonly quietLooks: number } | null
}

const LEAST_DOWNLOADS = 1
const LEAST_CONNECTIONS = 2
/** Quiet is so far below the threshold: what would be busy again with one download more is left as it is. */
const QUIET_BELOW_PERCENT = 10
/** As long as this it has to be quiet for each step up. */
const LOOKS_PER_STEP = 3
const STEPS_TO_MOST = 8

export function mostOf({ mostDownloads, mostConnections }: GovernorLimits): GovernorState {
  return { downloads: mostDownloads, connections: mostConnections, quietLooks: 0 }
}

/** What one look at the load changes: half of all when it is too much, a step back up when it was little for a while. */
export function nextGovernorState(state: GovernorState, load: LoadSample, limits: GovernorLimits): GovernorStep {
  const busy = busyWords(load, limits)
  if (busy !== null) {
    const less = {
      downloads: Math.max(LEAST_DOWNLOADS, Math.floor(state.downloads / 2)),
      connections: Math.max(Math.min(LEAST_CONNECTIONS, limits.mostConnections), Math.floor(state.connections / 2)),
      quietLooks: 0,
    }
    return { state: less, why: isSame(state, less) ? null : { busy } }
  }
  if (!isQuiet(load, limits)) return { state: { ...state, quietLooks: 0 }, why: null }
  const quietLooks = state.quietLooks + 1
  if (quietLooks < LOOKS_PER_STEP) return { state: { ...state, quietLooks }, why: null }
  const step = Math.max(1, Math.ceil(limits.mostConnections / STEPS_TO_MOST))
  const more = {
    downloads: Math.min(limits.mostDownloads, state.downloads + 1),
    connections: Math.min(limits.mostConnections, state.connections + step),
    quietLooks: 0,
  }
  return { state: more, why: isSame(state, more) ? null : { quietLooks } }
}

function busyWords({ cpuPercent, memoryPercent }: LoadSample, limits: GovernorLimits): string | null {
  const words = [
    overWords('cpu', cpuPercent, limits.cpuThresholdPercent),
    overWords('memory', memoryPercent, limits.memoryThresholdPercent),
  ].filter((each) => each !== null)
  return words.length > 0 ? words.join(', ') : null
}

function overWords(what: string, percent: number | null, threshold: number): string | null {
  return percent !== null && percent > threshold ? `${what} ${Math.round(percent)} % (over ${threshold} %)` : null
}

function isQuiet({ cpuPercent, memoryPercent }: LoadSample, limits: GovernorLimits): boolean {
  return (
    (cpuPercent ?? 0) <= quietBelow(limits.cpuThresholdPercent) &&
    (memoryPercent ?? 0) <= quietBelow(limits.memoryThresholdPercent)
  )
}

/** Below a very low threshold the half of it is quiet, so that quiet can be reached. */
function quietBelow(threshold: number): number {
  return Math.max(threshold - QUIET_BELOW_PERCENT, threshold / 2)
}

function isSame(one: GovernorState, other: GovernorState): boolean {
  return one.downloads === other.downloads && one.connections === other.connections
}
