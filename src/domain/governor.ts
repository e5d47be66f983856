/** Says how much may run at once, by how busy this machine is. */
export interface Governor {
  /** Downloads at once, now. */
  readonly downloads: number
  /** Connections that one download may use, now. */
  readonly connections: number
  /** Called when one of them changes; the function that comes back ends it. */
  onChange(listener: () => void): () => void
  figures(): GovernorFigures
}

export interface GovernorFigures {
  readonly enabled: boolean
  readonly downloads: { readonly now: number; readonly most: number }
  readonly connections: { readonly now: number; readonly most: number }
  /** Percent of what this machine or container has; null before the first look. */
  readonly cpuPercent: number | null
  readonly memoryPercent: number | null
  readonly ownCpuPercent: number | null
  readonly ownMemoryBytes: number | null
  /** Newest last, some hundreds. */
  readonly history: readonly GovernorChange[]
}

export interface GovernorChange {
  readonly at: Date
  readonly downloads: number
  readonly connections: number
  /** `cpu 93 % (over 80 %)`, `quiet for 30 s`. */
  readonly why: string
}
