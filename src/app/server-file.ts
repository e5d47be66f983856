import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { isGone, isHere, type ProcessIdentity, thisProcess } from '#adapters/database/process-identity.ts'

export interface RunningServer extends ProcessIdentity {
  /** Where it can be reached from this machine. */
  readonly url: string
}

/** Says to the command line where the server of this data folder is. */
export async function writeServerFile(dataDir: string, { url }: Pick<RunningServer, 'url'>): Promise<void> {
  const server: RunningServer = { ...thisProcess(), url }
  await writeFileAtomic(pathIn(dataDir), JSON.stringify(server), { mode: 0o600 })
}

export async function removeServerFile(dataDir: string): Promise<void> {
  await rm(pathIn(dataDir), { force: true })
}

/** The server that runs right now, or null: a killed one leaves its file behind, and another process may have its pid. */
export async function findServer(dataDir: string): Promise<RunningServer | null> {
  try {
    const server = JSON.parse(await readFile(pathIn(dataDir), 'utf8')) as RunningServer
    process.kill(server.pid, 0)
    return isHere(server) && !isGone(server) ? server : null
  } catch {
    return null
  }
}

function pathIn(dataDir: string): string {
  return join(dataDir, 'server.json')
}
