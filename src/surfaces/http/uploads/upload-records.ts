import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { nameDurably } from '#lib/durable-file/name-durably.ts'

export const UPLOAD_ID = /^[0-9a-f]{32}$/

/** What lies beside each upload's bytes; tus writes it, we add the video that it became. */
export interface UploadRecord {
  readonly id: string
  readonly size: number
  readonly metadata: Readonly<Record<string, string | null>>
  readonly videoId: string | null
}

/** The folder of uploads: `<id>` holds the bytes, `<id>.json` the record. */
export class UploadRecords {
  readonly #dir: string

  constructor(dir: string) {
    this.#dir = dir
  }

  pathOf(id: string): string {
    if (!UPLOAD_ID.test(id)) throw new RangeError('Not the id of an upload.')
    return join(this.#dir, id)
  }

  /** Null when there is no such upload, or its record holds nothing of use. Rejects when the disk does not give it. */
  async read(id: string): Promise<UploadRecord | null> {
    const text = await unlessMissing(readFile(`${this.pathOf(id)}.json`, 'utf8'))
    try {
      const { size, metadata, videoId } = JSON.parse(text ?? '{}')
      if (!Number.isSafeInteger(size)) return null
      return { id, size, metadata: metadata ?? {}, videoId: typeof videoId === 'string' ? videoId : null }
    } catch {
      return null
    }
  }

  /** Remembers what the upload became, also after its bytes were taken away, and over a power cut. */
  async markRegistered(record: UploadRecord, videoId: string): Promise<void> {
    const path = `${this.pathOf(record.id)}.json`
    const known = JSON.parse(await readFile(path, 'utf8'))
    await writeFile(`${path}.tmp`, JSON.stringify({ ...known, videoId }))
    await nameDurably(`${path}.tmp`, path)
  }

  /** How many bytes came; null when the bytes are gone. Rejects when the disk does not say. */
  async received(id: string): Promise<{ readonly byteLength: number } | null> {
    const found = await unlessMissing(stat(this.pathOf(id)))
    return found && { byteLength: found.size }
  }

  async ids(): Promise<readonly string[]> {
    const names = await readdir(this.#dir).catch(() => [])
    return [...new Set(names.map((name) => name.replace(/\.json(?:\.tmp)?$/, '')))].filter((name) =>
      UPLOAD_ID.test(name),
    )
  }

  async remove(id: string): Promise<void> {
    for (const ending of ['', '.json.tmp', '.json']) await rm(this.pathOf(id) + ending, { force: true })
  }
}

async function unlessMissing<Found>(looking: Promise<Found>): Promise<Found | null> {
  try {
    return await looking
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
