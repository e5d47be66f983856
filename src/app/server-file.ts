import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import writeFileAtomic from 'write-file-atomic'

export interface RunningServer {
  readonly pid: number
  /** Where it can be reached from this machine. */
  readonly url: string
}

/** Says to the command line where the server of this data folder is. */
export async function writeServerFile(dataDir: string, server: RunningServer): Promise<void> {
  await writeFileAtomic(pathIn(dataDir), JSON.stringify(server), { mode: 0o600 })
}

export async function removeServerFile(dataDir: string): Promise<void> {
  await rm(pathIn(dataDir), { force: true })
}

/** The server that answers right now, or null: a killed one leaves its file behind. */
export async function findServer(dataDir: string): Promise<RunningServer | null> {
  try {
    const server = JSON.parse(await readFile(pathIn(dataDir), 'utf8')) as RunningServer
    process.kill(server.pid, 0)
    return server
  } catch {
    return null
  }
}

function pathIn(dataDir: string): string {
  return join(dataDir, 'server.json')
}
