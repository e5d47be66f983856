/** How busy the machine is on which this process runs, or the container, when that has less. */
export interface MachineLoad {
  /** Processor use is the mean since the look before, so that of the first look is unknown. Does not reject. */
  look(): Promise<LoadSample>
}

/** Percent of what there is to use, 0 to 100; null where nobody says. */
export interface LoadSample {
  readonly cpuPercent: number | null
  /** Without what the system would give back at once. */
  readonly memoryPercent: number | null
  /** Of this process alone. */
  readonly ownCpuPercent: number | null
  readonly ownMemoryBytes: number | null
}
