import { type FileHandle, open, rm } from 'node:fs/promises'
import type { NewInit, NewSegment, RecordingFile } from '#domain/recording.ts'
import { BlockWriter } from './block-writer.ts'
import type { KeptRoom } from './kept-room.ts'
import { writeAll } from './write-all.ts'

/** A file with all its bytes, not yet synced, under a temporary name. */
export interface WrittenFile {
  readonly handle: FileHandle
  readonly temporary: string
  readonly byteLength: number
  readonly sha256: string
}

export type CommitFile = (what: NewSegment | NewInit, file: WrittenFile | null) => Promise<void>

/** Nothing is opened before the first bytes are to be written. */
export class DiskRecordingFile implements RecordingFile {
  readonly #temporary: string
  readonly #commit: CommitFile
  readonly #room: KeptRoom | null
  readonly #writer = new BlockWriter(async (bytes, at) => {
    await this.#room?.take(bytes.byteLength)
    await writeAll(await this.#open(), bytes, at)
  })
  #handle: FileHandle | null = null
  #committed = false

  constructor(temporary: string, commit: CommitFile, room: KeptRoom | null) {
    this.#room = room
    this.#temporary = temporary
    this.#commit = commit
  }

  get byteLength(): number {
    return this.#writer.byteLength
  }

  async write(chunk: Uint8Array): Promise<void> {
    await this.#writer.write(chunk)
  }

  async commit(what: NewSegment | NewInit): Promise<void> {
    const { byteLength } = this
    const sha256 = await this.#writer.end()
    if (what.kind === 'segment' && what.gap !== null) return this.#commit(what, null)
    const handle = await this.#open()
    const { size } = await handle.stat()
    if (size !== byteLength) throw new Error(`${byteLength} bytes were written, ${size} are there.`)
    await this.#commit(what, { handle, temporary: this.#temporary, byteLength, sha256 })
    this.#committed = true
  }

  async #open(): Promise<FileHandle> {
    this.#handle ??= await open(this.#temporary, 'wx', 0o600)
    return this.#handle
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#committed) return
    await this.#writer.giveUp()
    if (!this.#handle) return
    await this.#handle.close()
    await rm(this.#temporary, { force: true })
  }
}
