import { readFile, rename, writeFile } from 'node:fs/promises'

interface Seen {
  readonly byteLength: number
  readonly looks: number
}

/**
 * How long uploads have got nothing, counted in looks that are evenly spaced while a server runs and remembered in a file:
 * the clock of a machine may jump by years, and nothing that people sent may go for that.
 */
export class IdleUploads {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  /** One look. Resolves with how many in a row, this one included, saw each upload with as many bytes as it has now. */
  async look(byteLengths: ReadonlyMap<string, number>): Promise<ReadonlyMap<string, number>> {
    const before = await this.#read()
    const now = [...byteLengths].map(([id, byteLength]): [string, Seen] => {
      const known = before[id]
      return [id, { byteLength, looks: known?.byteLength === byteLength ? known.looks + 1 : 1 }]
    })
    await writeFile(`${this.#path}.tmp`, JSON.stringify(Object.fromEntries(now)))
    await rename(`${this.#path}.tmp`, this.#path)
    return new Map(now.map(([id, { looks }]) => [id, looks]))
  }

  /** Nothing is known when it cannot be read: then it is counted anew. */
  async #read(): Promise<Readonly<Record<string, Seen | undefined>>> {
    try {
      return JSON.parse(await readFile(this.#path, 'utf8')) ?? {}
    } catch {
      return {}
    }
  }
}
