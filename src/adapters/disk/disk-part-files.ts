import { type FileHandle, mkdir, rename, rm, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { BlobDamagedError, NoSpaceError } from '#domain/errors.ts'
import type { PartFile, PartFiles, PartNote, PartWriter } from '#domain/part-file.ts'
import type { FileFacts } from '#domain/result-file.ts'
import { BlockWriter } from './block-writer.ts'
import { JournalFile } from './journal-file.ts'
import type { KeptRoom } from './kept-room.ts'
import { diskFault } from './disk-fault.ts'
import type { PartEntry } from './part-entry.ts'
import { openForWriting } from './open-for-writing.ts'
import { PartHash } from './part-hash.ts'
import { isThere } from './is-there.ts'
import { syncFolder } from '#lib/durable-file/sync-folder.ts'
import { writeAll } from './write-all.ts'

type Entry = ({ readonly kind: 'note' } & PartNote) | PartEntry

/** The bytes grow in `<path>.part`, what is safe of them stands in the journal `<path>.parts`. */
export class DiskPartFiles implements PartFiles {
  readonly #room: KeptRoom | null

  /** Without `room` every byte of the disk may be taken. */
  constructor(room: KeptRoom | null = null) {
    this.#room = room
  }

  async open(path: string): Promise<PartFile> {
    try {
      await mkdir(dirname(path), { recursive: true })
      const { journal, values } = await JournalFile.open(`${path}.parts`)
      try {
        // A crash between the two last steps of `finish`: the file has its name, and still its journal.
        if (values.length > 0 && !(await isThere(`${path}.part`))) await rename(path, `${path}.part`).catch(() => {})
        return new DiskPartFile(path, await openForWriting(`${path}.part`), journal, {
          entries: values as readonly Entry[],
          room: this.#room,
        })
      } catch (error) {
        await journal[Symbol.asyncDispose]()
        throw error
      }
    } catch (cause) {
      throw diskFault(cause, 'The disk of the result is full.')
    }
  }
}

class DiskPartFile implements PartFile {
  readonly #path: string
  readonly #file: FileHandle
  readonly #parts = new Map<number, PartEntry>()
  readonly #room: KeptRoom | null
  #journal: JournalFile
  #note: PartNote | null = null
  #hash: PartHash
  #waiting: { readonly entry: PartEntry; readonly done: PromiseWithResolvers<void> }[] = []
  #committing: Promise<void> | null = null
  /** Why no part is safe any more. */
  #broken: { readonly error: unknown } | null = null

  constructor(
    path: string,
    file: FileHandle,
    journal: JournalFile,
    { entries, room }: { readonly entries: readonly Entry[]; readonly room: KeptRoom | null },
  ) {
    this.#room = room
    this.#path = path
    this.#file = file
    this.#journal = journal
    for (const entry of entries) {
      if (entry.kind === 'part') this.#parts.set(entry.number, entry)
      else this.#note = entry
    }
    this.#hash = new PartHash(file, this.#parts)
    this.#hash.goOn()
  }

  get note(): PartNote | null {
    return this.#note
  }

  get done(): ReadonlySet<number> {
    return new Set(this.#parts.keys())
  }

  async begin(note: PartNote): Promise<void> {
    try {
      await this.#hash.stop()
      await this.#forget()
      await this.#checkSpace(note.byteLength ?? 0)
      await this.#file.truncate(0)
      if (note.byteLength !== null) await this.#file.truncate(note.byteLength)
      await this.#journal.append([{ kind: 'note', ...note }])
      await syncFolder(dirname(this.#path))
    } catch (cause) {
      throw diskFault(cause, 'The disk of the result is full.')
    }
    this.#note = note
    this.#hash = new PartHash(this.#file, this.#parts)
  }

  openPart(number: number): PartWriter {
    const offset = number * (this.#note?.partBytes ?? 0)
    const newWriter = () =>
      new BlockWriter(async (bytes, at) => {
        await this.#room?.take(bytes.byteLength)
        await writeAll(this.#file, bytes, offset + at)
      })
    let writer = newWriter()
    let isCommitted = false
    return {
      restart: async () => {
        await writer.giveUp()
        writer = newWriter()
      },
      write: (chunk) => writer.write(chunk),
      commit: async () => {
        const { byteLength } = writer
        await this.#commit({ kind: 'part', number, byteLength, sha256: await writer.end() })
        isCommitted = true
      },
      [Symbol.asyncDispose]: async () => {
        if (!isCommitted) await writer.giveUp()
      },
    }
  }

  async finish(): Promise<FileFacts> {
    const facts = await this.#hash.end()
    const { size } = await this.#file.stat()
    if (!facts || size < facts.byteLength || (this.#note?.byteLength ?? facts.byteLength) !== facts.byteLength) {
      await this.#forget()
      throw new BlobDamagedError('What was downloaded is not on the disk as it was written.', {
        fix: 'Try again: it begins anew.',
      })
    }
    await this.#file.truncate(facts.byteLength)
    await this.#file.datasync()
    await rename(`${this.#path}.part`, this.#path)
    await syncFolder(dirname(this.#path))
    await rm(`${this.#path}.parts`, { force: true })
    return facts
  }

  /** Parts that come while some are being made safe are made safe together. */
  async #commit(entry: PartEntry): Promise<void> {
    const done = Promise.withResolvers<void>()
    this.#waiting.push({ entry, done })
    this.#committing ??= this.#commitAll()
    await done.promise
  }

  async #commitAll(): Promise<void> {
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      const group = this.#waiting
      this.#waiting = []
      try {
        if (this.#broken) throw this.#broken.error
        await this.#makeSafe()
        await this.#journal.append(group.map(({ entry }) => entry))
        for (const { entry, done } of group) {
          this.#parts.set(entry.number, entry)
          done.resolve()
        }
        this.#hash.goOn()
      } catch (cause) {
        const error = diskFault(cause, 'The disk of the result is full.')
        for (const { done } of group) done.reject(error)
      }
    }
    this.#committing = null
  }

  /**
   * One sync is for all bytes written, those of parts that still come among them, and tells only once that some were lost
   * (fsync(2), errors): after that nothing of this file counts but what the journal has.
   */
  async #makeSafe(): Promise<void> {
    try {
      await this.#file.datasync()
    } catch (error) {
      this.#broken = { error }
      throw error
    }
  }

  async #forget(): Promise<void> {
    await this.#journal[Symbol.asyncDispose]()
    await rm(`${this.#path}.parts`, { force: true })
    this.#journal = (await JournalFile.open(`${this.#path}.parts`)).journal
    this.#parts.clear()
    this.#note = null
  }

  async #checkSpace(byteLength: number): Promise<void> {
    const { bavail, bsize } = await statfs(dirname(this.#path))
    if (bavail * bsize >= byteLength) return
    throw new NoSpaceError(`The file has ${byteLength} bytes, the disk takes ${bavail * bsize} more.`, {
      fix: 'Free some space; the work goes on by itself.',
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#committing
    await this.#hash.stop()
    await this.#journal[Symbol.asyncDispose]()
    await this.#file.close()
  }
}
