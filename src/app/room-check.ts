import type { DoctorCheck } from '#surfaces/cli/cli-ports.ts'
import { formatBytes } from '#surfaces/cli/format-values.ts'

/** Less than most films have. */
const LITTLE_BYTES = 1e9

/** Says how much room a folder has, and warns when that is little. */
export function roomCheck(folder: string, freeBytes: number): DoctorCheck {
  const detail = `${folder}, ${formatBytes(freeBytes)} free`
  if (freeBytes >= LITTLE_BYTES) return { name: 'data', state: 'good', detail }
  return { name: 'data', state: 'warning', detail, fix: 'Make room there: a video takes as much as its file.' }
}
