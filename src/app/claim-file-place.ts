import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { lstat, open, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { isGone, isHere, type ProcessIdentity, thisProcess } from '#adapters/database/process-identity.ts'
import { cannotWrite } from '#adapters/disk/cannot-write.ts'
import { ConflictError } from '#domain/errors.ts'
import { makeFolder } from '#lib/durable-file/make-folder.ts'
import { safeFileName } from '#lib/file-name/safe-file-name.ts'

/** Where a download without a library keeps what is under way, and which file it becomes. */
export interface FilePlace extends AsyncDisposable {
  readonly root: string
  /** Nothing had been begun here. */
  readonly isNew: boolean
  /** The file that was named; in a folder one whose name was free when this download chose it. */
  resultPath(title: string, extension: string): string
}

/** A lock that nobody renewed for so long is nobody's: of another machine, or of one that was switched off. */
const FORGOTTEN_MS = 30_000
const RENEW_EVERY_MS = 5000

/**
 * What is under way lies beside the file, in `<file>.telereel`, or in the folder, in `.telereel-<hash of the address>`: the
 * same command finds it again. Rejects with ConflictError while another process works there, and when what lies there is of
 * another address: the bytes of two films must not become one file.
 */
export async function claimFilePlace(output: string, url: string): Promise<FilePlace> {
  const isFolder = output.endsWith(sep)
  const root = isFolder ? join(output, `.telereel-${hashOf(url).slice(0, 12)}`) : `${output}.telereel`
  const isNew = await made(root)
  const lock = await lockIn(root)
  try {
    await checkAddress(root, url)
  } catch (error) {
    await lock[Symbol.asyncDispose]()
    throw error
  }
  const leave = async () => {
    await removeIfNothingBegan(root, output)
    await lock[Symbol.asyncDispose]()
  }
  return {
    root,
    isNew,
    resultPath: (title, extension) => (isFolder ? chosenName(output, root, title, extension) : output),
    [Symbol.asyncDispose]: leave,
  }
}

const ELSEWHERE = 'Name another file or folder with --output.'

/** True when it was not there. */
async function made(root: string): Promise<boolean> {
  try {
    const isNew = await makeFolder(root, 0o700)
    if ((await lstat(root)).isDirectory()) return isNew
  } catch (cause) {
    throw cannotWrite(cause, `${root} cannot be made`, ELSEWHERE)
  }
  throw new ConflictError(`${root} is a link.`, {
    why: 'What is under way would be written to where somebody else wants it.',
    fix: ELSEWHERE,
  })
}

/** Of a mistake in the address nothing is to stay: there is nothing to go on with. */
async function removeIfNothingBegan(root: string, output: string): Promise<void> {
  // What there is of a plain file lies beside it, and the folder keeps whose it is.
  if (['.part', '.parts'].some((ending) => existsSync(output + ending))) return
  const names = await readdir(root).catch(() => [])
  if (names.every((name) => name === LOCK || name === ADDRESS)) await rm(root, { recursive: true, force: true })
}

const LOCK = 'lock'
const ADDRESS = 'address'

async function lockIn(root: string): Promise<AsyncDisposable> {
  const path = join(root, LOCK)
  for (let tries = 1; !(await created(path)); tries++) {
    if (tries > 2 || !(await isForgotten(path))) {
      throw new ConflictError('Another command is downloading to this file.', {
        fix: 'Wait for it, or name another file.',
      })
    }
    await rm(path, { force: true })
  }
  const renewing = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => {}), RENEW_EVERY_MS)
  renewing.unref()
  return {
    [Symbol.asyncDispose]: async () => {
      clearInterval(renewing)
      await rm(path, { force: true })
    },
  }
}

async function created(path: string): Promise<boolean> {
  try {
    await using file = await open(path, 'wx', 0o600)
    await file.writeFile(JSON.stringify(thisProcess()))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return false
  }
}

async function isForgotten(path: string): Promise<boolean> {
  try {
    const { mtimeMs } = await stat(path)
    const holder = holderIn(await readFile(path, 'utf8'))
    // One that was only stopped (Ctrl-Z), or whose clock was set on, goes on one day with what it holds.
    if (holder && isHere(holder)) return isGone(holder)
    return Date.now() - mtimeMs > FORGOTTEN_MS
  } catch (error) {
    // It was given back meanwhile, or is being written at this moment.
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
  }
}

/** Null while it is being written, and of what a crash left half written. */
function holderIn(text: string): ProcessIdentity | null {
  try {
    return JSON.parse(text) as ProcessIdentity | null
  } catch {
    return null
  }
}

/** Tokens in the query change from one day to the next; the rest of the address does not. */
async function checkAddress(root: string, url: string): Promise<void> {
  const path = join(root, ADDRESS)
  const mine = hashOf(url.replace(/[?#].*$/s, ''))
  const before = await readFile(path, 'utf8').catch(() => null)
  if (before === mine) return
  if (before !== null) {
    throw new ConflictError('Another download to this file was begun and not ended.', {
      why: `What there is of it lies in ${root}.`,
      fix: 'Let that one end, remove the folder, or name another file.',
    })
  }
  await writeFile(path, mine, { mode: 0o600 })
}

/** Names end at 255 bytes: the number, the extension, `.joining` and those of subtitles come behind it. */
const ROOM_BYTES = 205

/**
 * Kept, so that the same command goes on with the same file. What is chosen is written down before it is compared with what
 * other commands have written down: of two at the same moment at least one sees the other, and takes another name.
 */
function chosenName(folder: string, root: string, title: string, extension: string): string {
  const note = `name.${extension}`
  const kept = noteIn(root, note)
  if (kept !== null) return join(folder, kept)
  const base = safeFileName(title, 'download', ROOM_BYTES)
  for (let number = 1; ; number++) {
    const name = number === 1 ? `${base}.${extension}` : `${base} (${number}).${extension}`
    if ([name, `${name}.part`, `${name}.joining`].some((each) => existsSync(join(folder, each)))) continue
    writeFileSync(join(root, note), name, { mode: 0o600 })
    if (!othersIn(folder, root).some((other) => noteIn(other, note) === name)) return join(folder, name)
  }
}

/** Where other commands keep what is under way in this folder. */
function othersIn(folder: string, root: string): string[] {
  const roots = readdirSync(folder).filter((name) => name.startsWith('.telereel-'))
  return roots.map((name) => join(folder, name)).filter((other) => other !== root)
}

/** Null where there is none, or one that leads elsewhere. */
function noteIn(root: string, note: string): string | null {
  try {
    const name = readFileSync(join(root, note), 'utf8')
    return name !== '' && safeFileName(name) === name ? name : null
  } catch {
    return null
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
