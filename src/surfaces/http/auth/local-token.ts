import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Where the token lies; only the owner of the data folder can read it. */
export function localTokenPath(dataDir: string): string {
  return join(dataDir, 'local-token')
}

/** The token that proves to the server that a program can read its data folder; made at the first start. */
export async function ensureLocalToken(dataDir: string): Promise<string> {
  const path = localTokenPath(dataDir)
  await mkdir(dirname(path), { recursive: true })
  try {
    await writeFile(path, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return (await readFile(path, 'utf8')).trim()
}
