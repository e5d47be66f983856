/** One call as the emulator saw it. */
export interface JournalCall {
  readonly number: number
  /** `download` for files. */
  readonly method: string
  readonly botId: number
  readonly chatId: number | null
  /** Of the emulator's clock: first byte in, and last byte out. */
  readonly arrivedMs: number
  endedMs: number | undefined
  /** Of the answer; 0 for a connection that ended without one, undefined while it is under way. */
  status: number | undefined
  description: string | undefined
  /** It came before the time that its bot was told to wait was over. */
  readonly isEarly: boolean
  /** Messages that came of it. */
  messageIds: readonly number[]
  bytesIn: number
  bytesOut: number
  /** What was made to go wrong. */
  fault: string | undefined
}

/** Remembers every call. */
export class Journal {
  readonly calls: JournalCall[] = []
  #lastNumber = 0

  begin(call: Pick<JournalCall, 'method' | 'botId' | 'chatId' | 'arrivedMs' | 'isEarly'>): JournalCall {
    this.#lastNumber += 1
    const entry: JournalCall = {
      number: this.#lastNumber,
      ...call,
      endedMs: undefined,
      status: undefined,
      description: undefined,
      messageIds: [],
      bytesIn: 0,
      bytesOut: 0,
      fault: undefined,
    }
    this.calls.push(entry)
    return entry
  }

  /** Calls of that method (in any case), all by default. */
  of(method?: string): JournalCall[] {
    return this.calls.filter((call) => method === undefined || call.method.toLowerCase() === method.toLowerCase())
  }

  /** Calls that came although their bot had been told to wait longer. */
  get early(): JournalCall[] {
    return this.calls.filter(({ isEarly }) => isEarly)
  }

  clear(): void {
    this.calls.length = 0
  }
}
