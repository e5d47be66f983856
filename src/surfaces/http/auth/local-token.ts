import { randomBytes } from 'node:crypto'
import { lstat, mkdir, open, readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { nameDurably } from '#lib/durable-file/name-durably.ts'

/** Where the token lies; only the owner of the data folder can read it. */
export function localTokenPath(dataDir: string): string {
  return join(dataDir, 'local-token')
}

const TOKEN = /^[A-Za-z0-9_-]{43}$/
const OTHERS = 0o077

/**
 * The token that proves to the server that a program can read its data folder; made at the first start, and anew when what
 * lies there is none: half of one that a power cut left, one that others could read, a link. To be called by the one server
 * of the folder only.
 */
export async function ensureLocalToken(dataDir: string): Promise<string> {
  const path = localTokenPath(dataDir)
  const kept = await keptToken(path)
  if (kept !== null) return kept
  await mkdir(dirname(path), { recursive: true })
  const token = randomBytes(32).toString('base64url')
  const temporary = `${path}.tmp`
  await rm(temporary, { force: true })
  await using file = await open(temporary, 'wx', 0o600)
  await file.writeFile(`${token}\n`)
  await nameDurably(temporary, path)
  return token
}

async function keptToken(path: string): Promise<string | null> {
  const found = await lstat(path).catch(() => null)
  const isOpenToOthers = process.platform !== 'win32' && ((found?.mode ?? 0) & OTHERS) !== 0
  if (!found?.isFile() || isOpenToOthers) return null
  const text = (await readFile(path, 'utf8')).trim()
  return TOKEN.test(text) ? text : null
}
