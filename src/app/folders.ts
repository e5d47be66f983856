import { join } from 'node:path'

/** Where ffmpeg writes small files; nothing in it outlives the run. */
export function scratchFolder(dataDir: string): string {
  return join(dataDir, 'scratch')
}

/** A folder per download: its recording, its log, its result. */
export function downloadsFolder(dataDir: string): string {
  return join(dataDir, 'downloads')
}
