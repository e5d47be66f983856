import { appendFile, mkdir, open, rename, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { JobId } from '#domain/ids.ts'
import type { JobLogLine, JobLogs, NumberedLogLine } from '#domain/job-logs.ts'
import { isMissing } from './file-errors.ts'
import { encodeJournalLine } from './journal-line.ts'
import { readJournal } from './read-journal.ts'

/** A log longer than twice this is cut back to it. */
const KEPT_LINES = 2000
const MOST_READ = 500
const LONGEST_TEXT = 2000
/** Jobs whose lines are held in memory; those of others are read when somebody asks. */
const MOST_OPEN = 64

const ID = /^[A-Za-z0-9_-]{1,64}$/

interface Line {
  readonly number: number
  readonly at: string
  readonly level: JobLogLine['level']
  readonly text: string
}

/** The log of each job as a file `<root>/<job>/log`, beside the other files of the job. One process at a time writes one. */
export class DiskJobLogs implements JobLogs {
  readonly #root: string
  readonly #open = new Map<JobId, JobLog>()

  constructor(root: string) {
    this.#root = root
  }

  write(id: JobId, line: JobLogLine): void {
    if (ID.test(id)) this.#log(id).write(line)
  }

  async read(id: JobId, after: number): Promise<readonly NumberedLogLine[]> {
    if (!ID.test(id)) return []
    const lines = await this.#log(id).lines()
    const first = lines.findIndex(({ number }) => number > after)
    if (first < 0) return []
    return lines.slice(first, first + MOST_READ).map((line) => ({ ...line, at: new Date(line.at) }))
  }

  async remove(id: JobId): Promise<void> {
    if (!ID.test(id)) return
    await this.#open.get(id)?.remove()
    this.#open.delete(id)
    await rm(join(this.#root, id, 'log'), { force: true })
    await rmdir(join(this.#root, id)).catch(() => {}) // Holds other files, or was never there.
  }

  #log(id: JobId): JobLog {
    const log = this.#open.get(id) ?? new JobLog(join(this.#root, id))
    // The one that was used last is the last to go.
    this.#open.delete(id)
    this.#open.set(id, log)
    if (this.#open.size > MOST_OPEN) {
      for (const [each, { isIdle }] of this.#open) {
        if (this.#open.size <= MOST_OPEN) break
        if (isIdle && each !== id) this.#open.delete(each)
      }
    }
    return log
  }
}

class JobLog {
  readonly #folder: string
  readonly #path: string
  readonly #loaded: Promise<Line[]>
  #waiting: Omit<Line, 'number'>[] = []
  #writing: Promise<void> | null = null
  #linesInFile = 0
  #removed = false

  constructor(folder: string) {
    this.#folder = folder
    this.#path = join(folder, 'log')
    this.#loaded = this.#load().catch(() => [])
  }

  get isIdle(): boolean {
    return this.#writing === null
  }

  write({ level, text }: JobLogLine): void {
    this.#waiting.push({ at: new Date().toISOString(), level, text: inOneLine(text) })
    // A log that cannot be written stops nobody.
    this.#writing ??= this.#writeAll().catch(() => {})
  }

  async lines(): Promise<readonly Line[]> {
    await this.#writing
    return this.#loaded
  }

  async remove(): Promise<void> {
    this.#removed = true
    await this.#writing
  }

  async #writeAll(): Promise<void> {
    try {
      const lines = await this.#loaded
      while (this.#waiting.length > 0 && !this.#removed) {
        const first = (lines.at(-1)?.number ?? 0) + 1
        const news = this.#waiting.map((line, index) => ({ number: first + index, ...line }))
        this.#waiting = []
        lines.push(...news)
        if (lines.length > KEPT_LINES) lines.splice(0, lines.length - KEPT_LINES)
        await this.#store(lines, news)
      }
    } finally {
      this.#writing = null
    }
  }

  async #store(lines: readonly Line[], news: readonly Line[]): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    this.#linesInFile += news.length
    if (this.#linesInFile <= KEPT_LINES * 2) {
      await appendFile(this.#path, Buffer.concat(news.map(encodeJournalLine)), { mode: 0o600 })
      return
    }
    const file = await open(`${this.#path}.new`, 'w', 0o600)
    try {
      await file.writeFile(Buffer.concat(lines.map(encodeJournalLine)))
    } finally {
      await file.close()
    }
    await rename(`${this.#path}.new`, this.#path)
    this.#linesInFile = lines.length
  }

  /** A line that a crash cut short is cut off: what comes behind it could not be read. */
  async #load(): Promise<Line[]> {
    let file: Awaited<ReturnType<typeof open>>
    try {
      file = await open(this.#path, 'r+')
    } catch (error) {
      if (isMissing(error)) return []
      throw error
    }
    try {
      const lines: Line[] = []
      let end = 0
      for await (const { values, nextOffset } of readJournal(file, 0)) {
        lines.push(...(values as readonly Line[]))
        end = nextOffset
      }
      await file.truncate(end)
      this.#linesInFile = lines.length
      return lines.slice(-KEPT_LINES)
    } finally {
      await file.close()
    }
  }
}

/** Control characters would let a server write lines of its own, or worse, into somebody's terminal. */
function inOneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must go.
  return text.slice(0, LONGEST_TEXT).replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
}
