import { readFileSync } from 'node:fs'

/** proc(5) counts processor time in these; the same on every Linux that Node runs on. */
const TICKS_PER_SEC = 100

/** Processor time that a process took so far, kernel included. */
export function processorSec(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SEC
}

/** The most memory that a process held so far (VmHWM). */
export function peakRssBytes(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024
}
