import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

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

  /** Null when there is no such upload, or its record cannot be read. */
  async read(id: string): Promise<UploadRecord | null> {
    try {
      const { size, metadata, videoId } = JSON.parse(await readFile(`${this.pathOf(id)}.json`, 'utf8'))
      if (!Number.isSafeInteger(size)) return null
      return { id, size, metadata: metadata ?? {}, videoId: typeof videoId === 'string' ? videoId : null }
    } catch {
      return null
    }
  }

  /** Remembers what the upload became, also after its bytes were taken away. */
  async markRegistered(record: UploadRecord, videoId: string): Promise<void> {
    const path = `${this.pathOf(record.id)}.json`
    const known = JSON.parse(await readFile(path, 'utf8'))
    await writeFile(`${path}.tmp`, JSON.stringify({ ...known, videoId }))
    await rename(`${path}.tmp`, path)
  }

  /** How many bytes came, and when the last; null when the bytes are gone. */
  async received(id: string): Promise<{ readonly byteLength: number; readonly atMs: number } | null> {
    const found = await stat(this.pathOf(id)).catch(() => null)
    return found && { byteLength: found.size, atMs: found.mtimeMs }
  }

  async recordedAtMs(id: string): Promise<number> {
    return (await stat(`${this.pathOf(id)}.json`).catch(() => null))?.mtimeMs ?? 0
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
