import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { ConflictError } from '#domain/errors.ts'
import type {
  NewInit,
  NewSegment,
  RecordedSegment,
  Recording,
  RecordingEnd,
  RecordingFile,
  RecordingHead,
} from '#domain/recording.ts'
import { CommitGroup } from './commit-group.ts'
import { DiskRecordingFile, type WrittenFile } from './disk-recording-file.ts'
import type { JournalFile } from './journal-file.ts'
import type { KeptRoom } from './kept-room.ts'
import type { News } from './news.ts'
import type { OpenedRecording } from './open-recording.ts'
import type { RecordingContents } from './recording-contents.ts'
import { type RecordingEntry, segmentFileName } from './recording-entry.ts'
import type { RecordingFolder } from './recording-folder.ts'

/** The writing side of a recording in a folder. */
export class DiskRecording implements Recording {
  readonly path: string
  readonly #folder: RecordingFolder
  readonly #contents: RecordingContents
  readonly #journal: JournalFile
  readonly #group: CommitGroup
  readonly #begun = new Set<string>()
  readonly #room: KeptRoom | null
  #initCount: number

  constructor(folder: RecordingFolder, { journal, contents }: OpenedRecording, news: News, room: KeptRoom | null) {
    this.#room = room
    this.path = folder.path
    this.#folder = folder
    this.#journal = journal
    this.#contents = contents
    const numbers = [...contents.inits.values()].map(({ file }) => Number(file.replace(/^init-/, '')))
    this.#initCount = Math.max(-1, ...numbers) + 1
    this.#group = new CommitGroup(folder.media, journal, (entries) => {
      for (const entry of entries) contents.add(entry)
      news.tell()
    })
  }

  get head(): RecordingHead | null {
    return this.#contents.head
  }

  get segments(): ReadonlyMap<string, readonly RecordedSegment[]> {
    return this.#contents.segments
  }

  get end(): RecordingEnd | null {
    return this.#contents.end
  }

  async begin(head: RecordingHead): Promise<void> {
    if (this.head) throw new ConflictError('This recording has begun already.')
    await this.#group.add({ entry: { kind: 'head', head }, file: null })
  }

  async createFile(): Promise<RecordingFile> {
    const temporary = join(this.#folder.media, `${randomBytes(8).toString('hex')}.tmp`)
    return new DiskRecordingFile(temporary, (what, written) => this.#commit(what, written), this.#room)
  }

  initFile(key: string): string | null {
    return this.#contents.inits.get(key)?.file ?? null
  }

  async finish(end: RecordingEnd): Promise<void> {
    await this.#group.idle()
    const hole = end.state === 'complete' ? this.#contents.hole() : null
    if (hole) throw new ConflictError(`Segment ${hole.position} of ${hole.rendition} is neither there nor a gap.`)
    await this.#group.add({ entry: { kind: 'end', end }, file: null })
  }

  async resume(): Promise<void> {
    if (this.end) await this.#group.add({ entry: { kind: 'resume' }, file: null })
  }

  async #commit(what: NewSegment | NewInit, written: WrittenFile | null): Promise<void> {
    const name = what.kind === 'init' ? `init-${this.#initCount++}` : segmentFileName(what.rendition, what.position)
    if (what.kind === 'segment') this.#claim(name, what)
    try {
      const entry = entryOf(what, name, written)
      const file = written && { written, path: join(this.#folder.media, name) }
      await this.#group.add({ entry, file })
    } finally {
      this.#begun.delete(name)
    }
  }

  /** Two for one place would write over one another. */
  #claim(name: string, { rendition, position }: NewSegment): void {
    if (this.#begun.has(name) || this.#contents.has(rendition, position)) {
      throw new ConflictError(`Segment ${position} of ${rendition} is there already.`)
    }
    this.#begun.add(name)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#group.idle()
    await this.#journal[Symbol.asyncDispose]()
  }
}

function entryOf(what: NewSegment | NewInit, name: string, written: WrittenFile | null): RecordingEntry {
  const byteLength = written?.byteLength ?? 0
  const sha256 = written?.sha256 ?? ''
  if (what.kind === 'init') return { kind: 'init', key: what.key, file: name, byteLength, sha256 }
  const { kind: _, ...segment } = what
  return { kind: 'segment', segment: { ...segment, file: written && name, byteLength, sha256 } }
}
