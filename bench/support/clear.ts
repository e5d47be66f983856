import { rm } from 'node:fs/promises'
import { run } from './run.ts'

/** Removes a folder and waits until the disk has done so: the next measurement does not pay for it. */
export async function clear(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await run('sync', [])
}
