/** One request as the origin saw it. */
export interface JournalRequest {
  readonly number: number
  readonly method: string
  /** With the query. */
  readonly url: string
  /** Without it. */
  readonly path: string
  readonly range: string | null
  readonly headers: Readonly<Record<string, string>>
  /** Of the TCP connection, from 1. */
  readonly connection: number
  /** How many requests for this path came before. */
  readonly attempt: number
  /** performance.now() of the origin. */
  readonly startedMs: number
  /** When the head of the answer left. */
  headMs: number | null
  endedMs: number | null
  /** 0 when the connection ended without an answer. */
  status: number
  /** Content-Length as announced; null when none was. */
  announcedBytes: number | null
  /** Bytes of the body that were handed to the socket. */
  sentBytes: number
  /** `whole`: the answer went out as it was meant. */
  end: 'open' | 'whole' | 'broken' | 'client-left'
  /** The fault that was played. */
  fault: string | null
}

export interface OriginFigures {
  readonly requests: number
  readonly sentBytes: number
  readonly connections: number
  readonly openConnections: number
  readonly mostConnections: number
  readonly openRequests: number
  readonly mostRequests: number
}

/** Remembers every request and counts connections. */
export class Journal {
  readonly requests: JournalRequest[] = []
  readonly #attempts = new Map<string, number>()
  #connections = 0
  #open = 0
  #mostOpen = 0
  #openRequests = 0
  #mostRequests = 0

  connect(): number {
    this.#open += 1
    this.#mostOpen = Math.max(this.#mostOpen, this.#open)
    this.#connections += 1
    return this.#connections
  }

  disconnect(): void {
    this.#open -= 1
  }

  begin(what: Pick<JournalRequest, 'method' | 'url' | 'path' | 'range' | 'headers' | 'connection'>): JournalRequest {
    const attempt = this.#attempts.get(what.path) ?? 0
    this.#attempts.set(what.path, attempt + 1)
    this.#openRequests += 1
    this.#mostRequests = Math.max(this.#mostRequests, this.#openRequests)
    const entry: JournalRequest = {
      number: this.requests.length + 1,
      ...what,
      attempt,
      startedMs: performance.now(),
      headMs: null,
      endedMs: null,
      status: 0,
      announcedBytes: null,
      sentBytes: 0,
      end: 'open',
      fault: null,
    }
    this.requests.push(entry)
    return entry
  }

  finish(entry: JournalRequest, end: 'whole' | 'broken' | 'client-left'): void {
    if (entry.endedMs !== null) return
    entry.end = end
    entry.endedMs = performance.now()
    this.#openRequests -= 1
  }

  get openRequests(): number {
    return this.#openRequests
  }

  /** Requests whose path (without query) is this or matches. */
  of(path: string | RegExp): JournalRequest[] {
    return this.requests.filter((entry) => (typeof path === 'string' ? entry.path === path : path.test(entry.path)))
  }

  get figures(): OriginFigures {
    return {
      requests: this.requests.length,
      sentBytes: this.requests.reduce((sum, { sentBytes }) => sum + sentBytes, 0),
      connections: this.#connections,
      openConnections: this.#open,
      mostConnections: this.#mostOpen,
      openRequests: this.#openRequests,
      mostRequests: this.#mostRequests,
    }
  }

  clear(): void {
    this.requests.length = 0
    this.#attempts.clear()
    this.#mostOpen = this.#open
    this.#mostRequests = this.#openRequests
  }
}
