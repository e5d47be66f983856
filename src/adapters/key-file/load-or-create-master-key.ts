import { randomBytes } from 'node:crypto'
import { chmod, link, open, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ConflictError, InvalidInputError } from '#domain/errors.ts'
import { syncFolder } from '#lib/durable-file/sync-folder.ts'
import { MasterKey } from '#lib/sealing/master-key.ts'
import { formatRecoveryKey, parseRecoveryKey } from '#lib/sealing/recovery-key.ts'

export const RECOVERY_KEY_FILE = 'recovery-key'
const PRIVATE_MODE = 0o600
const OTHERS = 0o077

export interface LoadedMasterKey {
  readonly key: MasterKey
  readonly path: string
  /** There was none: whoever keeps the library must be shown it. */
  readonly created: boolean
  /** `tightened`: others could read the file until now. `loose`: they still can, this file system does not let us change it. */
  readonly permissions: 'private' | 'tightened' | 'loose'
}

/**
 * The key in `<dataDir>/recovery-key`, as text that people can write down. Without the file, `recovered`, or else a new key,
 * is written, durably and readable by nobody else; two processes that do so at once get the same key. A file that is there is
 * never overwritten: rejects with InvalidInputError when it holds no key, with ConflictError when `recovered` is another one.
 */
export async function loadOrCreateMasterKey(dataDir: string, recovered?: MasterKey): Promise<LoadedMasterKey> {
  const path = join(dataDir, RECOVERY_KEY_FILE)
  const there = await readKey(path)
  const created = there === null && (await writeKey(path, recovered ?? MasterKey.random()))
  const key = there ?? (await readKey(path))
  if (!key) throw new InvalidInputError(`${path} vanished while it was written.`)
  if (recovered && libraryKeysDiffer(key, recovered)) {
    throw new ConflictError('This data folder has another recovery key.', {
      why: `${path} belongs to another library.`,
      fix: 'Use an empty data folder (DATA_DIR) for the library to be recovered.',
    })
  }
  return { key, path, created, permissions: await makePrivate(path) }
}

async function readKey(path: string): Promise<MasterKey | null> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (text === null) return null
  try {
    return parseRecoveryKey(text)
  } catch (cause) {
    throw new InvalidInputError(`${path} holds no recovery key.`, {
      why: (cause as Error).message,
      fix: 'Put the recovery key of this library into it. Only when nothing was stored yet, remove the file.',
      cause,
    })
  }
}

/** True when this call wrote it, false when another one was first. The name appears only when all of it is on the disk. */
async function writeKey(path: string, key: MasterKey): Promise<boolean> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    await writeDurably(temporary, `${formatRecoveryKey(key)}\n`)
    await link(temporary, path)
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    if (code && NO_LINKS.has(code)) return await writeWhereNoLinksAre(path, key)
    throw error
  } finally {
    await rm(temporary, { force: true })
    await syncFolder(join(path, '..'))
  }
}

/** Some file systems have no hard links, and a rename would overwrite. */
const NO_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EACCES'])

async function writeWhereNoLinksAre(path: string, key: MasterKey): Promise<boolean> {
  try {
    await writeDurably(path, `${formatRecoveryKey(key)}\n`)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  await using file = await open(path, 'wx', PRIVATE_MODE)
  await file.writeFile(text)
  await file.sync()
}

/** Windows has no such permissions: the folder's own rights count there. */
async function makePrivate(path: string): Promise<LoadedMasterKey['permissions']> {
  const isLoose = async () => process.platform !== 'win32' && ((await stat(path)).mode & OTHERS) !== 0
  if (!(await isLoose())) return 'private'
  await chmod(path, PRIVATE_MODE).catch(() => {})
  return (await isLoose()) ? 'loose' : 'tightened'
}

function libraryKeysDiffer(one: MasterKey, other: MasterKey): boolean {
  return !Buffer.from(one.reveal()).equals(other.reveal())
}
