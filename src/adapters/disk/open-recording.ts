import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { cutOff, type RecordedSegment } from '#domain/recording.ts'
import { isMissing } from './file-errors.ts'
import { JournalFile } from './journal-file.ts'
import { RecordingContents } from './recording-contents.ts'
import type { InitEntry, RecordingEntry } from './recording-entry.ts'
import type { RecordingFolder } from './recording-folder.ts'
import { readReleased } from './released-segments.ts'
import { syncFolder } from '#lib/durable-file/sync-folder.ts'

export interface OpenedRecording {
  readonly journal: JournalFile
  readonly contents: RecordingContents
}

/**
 * Reads the journal up to its first damaged line, leaves out what the folder does not hold in the length that the journal
 * says, and removes files that no line knows.
 */
export async function openRecording(
  folder: RecordingFolder,
  { gapsAgain = false }: { readonly gapsAgain?: boolean } = {},
): Promise<OpenedRecording> {
  await mkdir(folder.media, { recursive: true, mode: 0o700 })
  const { journal, values } = await JournalFile.open(folder.journal)
  try {
    await Promise.all([syncFolder(folder.path), syncFolder(dirname(folder.path))])
    const all = new RecordingContents()
    for (const value of values as readonly RecordingEntry[]) all.add(value)
    const contents = await whatIsThere(gapsAgain ? withoutGaps(all) : all, folder)
    await removeUnknownFiles(contents, folder)
    if (sizeOf(contents) === sizeOf(all) && contents.end === all.end) return { journal, contents }
    await journal[Symbol.asyncDispose]()
    return { journal: await writeAgain(contents, folder), contents }
  } catch (error) {
    await journal[Symbol.asyncDispose]()
    throw error
  }
}

/** Of a live stream nobody gives again what is lost. */
function withoutGaps(all: RecordingContents): RecordingContents {
  if (all.head === null || all.head.live) return all
  const rest = new RecordingContents()
  for (const entry of all.entries()) if (entry.kind !== 'segment' || entry.segment.gap === null) rest.add(entry)
  const isWhole = sizeOf(rest) === sizeOf(all) && cutOff(all.head, all.segments).length === 0
  if (!isWhole) rest.end = null
  return rest
}

/** Stats take a thread each, of few; a folder may hold 100,000 files. */
const STATS_AT_ONCE = 16
/** The newest of each rendition are proved by their hash too: what a crash of the machine may have harmed. */
const HASHED = 8

async function whatIsThere(all: RecordingContents, folder: RecordingFolder): Promise<RecordingContents> {
  const released = await readReleased(folder)
  const inits = await those([...all.inits.values()], (init) => isWhole(folder, init))
  const known = new Set(inits.map(({ file }) => file))
  const there = new RecordingContents()
  if (all.head) there.add({ kind: 'head', head: all.head })
  for (const init of inits) there.add(init)
  for (const [rendition, segments] of all.segments) {
    const first = released.get(rendition) ?? 0
    const newest = new Set(segments.slice(-HASHED))
    const isThere = async (segment: RecordedSegment) => {
      if (segment.file === null || segment.position < first) return true
      if (segment.init !== null && !known.has(segment.init)) return false
      const { file, byteLength, sha256 } = segment
      if (!(await isWhole(folder, { file, byteLength }))) return false
      return !newest.has(segment) || (await hashOfFile(join(folder.media, file))) === sha256
    }
    for (const segment of await those(segments, isThere)) there.add({ kind: 'segment', segment })
  }
  // What has lost something has not ended.
  if (all.end && sizeOf(there) === sizeOf(all)) there.add({ kind: 'end', end: all.end })
  return there
}

async function those<T>(items: readonly T[], holds: (item: T) => Promise<boolean>): Promise<T[]> {
  const answers: boolean[] = []
  const left = items.entries()
  const work = async () => {
    for (const [index, item] of left) answers[index] = await holds(item)
  }
  await Promise.all(Array.from({ length: STATS_AT_ONCE }, work))
  return items.filter((_, index) => answers[index])
}

async function isWhole(folder: RecordingFolder, { file, byteLength }: Pick<InitEntry, 'file' | 'byteLength'>) {
  try {
    const found = await stat(join(folder.media, file))
    return found.isFile() && found.size === byteLength
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

async function hashOfFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const bytes of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(bytes)
  return hash.digest('hex')
}

async function removeUnknownFiles(contents: RecordingContents, folder: RecordingFolder): Promise<void> {
  const known = new Set([...contents.inits.values()].map(({ file }) => file))
  for (const segments of contents.segments.values()) for (const { file } of segments) if (file) known.add(file)
  for (const name of await readdir(folder.media)) {
    if (!known.has(name)) await rm(join(folder.media, name), { recursive: true, force: true })
  }
}

/** A new file in the place of the old one: who follows notices by that, and begins again. */
async function writeAgain(contents: RecordingContents, folder: RecordingFolder): Promise<JournalFile> {
  const temporary = `${folder.journal}.new`
  await rm(temporary, { force: true })
  const { journal } = await JournalFile.open(temporary)
  await journal.append(contents.entries())
  await rename(temporary, folder.journal)
  await syncFolder(folder.path)
  return journal
}

function sizeOf({ inits, segments }: RecordingContents): number {
  return [...segments.values()].reduce((sum, list) => sum + list.length, inits.size)
}
