import { badRequest } from './api-failure.ts'
import type { ReceivedFile } from './received-file.ts'

/** The parameters of one call, however they came in. */
export class Args {
  readonly #values = new Map<string, unknown>()
  readonly #files = new Map<string, ReceivedFile>()

  set(name: string, value: unknown): void {
    this.#values.set(name, value)
  }

  setFile(name: string, file: ReceivedFile): void {
    this.#files.set(name, file)
  }

  /** Puts other files in the place of those that came. */
  replaceFiles(change: (file: ReceivedFile) => ReceivedFile): void {
    for (const [name, file] of this.#files) this.#files.set(name, change(file))
  }

  get files(): Iterable<ReceivedFile> {
    return this.#files.values()
  }

  /** Undefined when it was not given or is empty. */
  text(name: string): string | undefined {
    const value = this.#values.get(name)
    if (value === undefined || value === null || value === '') return undefined
    return typeof value === 'string' ? value : JSON.stringify(value)
  }

  /** Undefined when it is no whole number. */
  int(name: string): number | undefined {
    const text = this.text(name)
    return text !== undefined && /^-?\d{1,16}$/.test(text) ? Number(text) : undefined
  }

  /** As Telegram reads it: `true`, `yes` and `1`, in any case. */
  bool(name: string): boolean {
    return ['true', 'yes', '1'].includes(this.text(name)?.toLowerCase() ?? '')
  }

  /** Objects and arrays come as JSON, as text or already parsed. */
  json(name: string): unknown {
    const value = this.#values.get(name)
    if (typeof value !== 'string') return value
    try {
      return JSON.parse(value)
    } catch (cause) {
      throw badRequest(`can't parse ${name.replaceAll('_', ' ')} JSON object`, cause)
    }
  }

  /** The file of that name: a part of its own, or one that `attach://` points to. */
  file(name: string): ReceivedFile | undefined {
    return this.#files.get(name) ?? this.attached(this.text(name) ?? '')
  }

  /** The file that `attach://<part>` points to. */
  attached(reference: string): ReceivedFile | undefined {
    return reference.startsWith('attach://') ? this.#files.get(reference.slice('attach://'.length)) : undefined
  }

  messageId(name = 'message_id'): number {
    const id = this.int(name)
    if (id === undefined || id <= 0) throw badRequest('message identifier is not specified')
    return id
  }

  messageIds(): number[] {
    const ids = this.json('message_ids')
    if (!Array.isArray(ids) || ids.length === 0) throw badRequest('message identifiers are not specified')
    if (ids.length > 100) throw badRequest('too many message identifiers specified')
    const numbers = ids.map(Number)
    if (numbers.some((id) => !Number.isSafeInteger(id) || id <= 0)) {
      throw badRequest('invalid message identifier specified')
    }
    return numbers
  }
}
