import type { buildConnector, Client } from 'undici'
import type { Connector, Route } from './connector.ts'
import { UndiciClient } from './undici-client.ts'

export interface PoolSettings {
  readonly maxConnections: number
  readonly maxKeepAlive: number
}

export interface PoolFigures {
  readonly created: number
  readonly reused: number
  readonly active: number
  readonly idle: number
  readonly waits: number
  readonly waiting: number
  readonly maxConnections: number
}

/** A connection that one request has to itself, until it is released. */
export interface Connection {
  readonly client: Client
  /** Whether it has carried a request before. The server may have closed it without our knowing yet. */
  readonly used: boolean
  /** Gives it back, to be used again when it still stands. */
  release(): void
  /** Ends it and what it carries or is being made for. */
  destroy(reason: Error): void
}

/** Idle connections are closed after this, or earlier when the server says so (Keep-Alive: timeout). */
const KEEP_IDLE_MS = 30_000
/** Cookies and security policies make heads long; beyond this they are an attack. */
const MAX_HEAD_BYTES = 65_536

interface Pooled {
  readonly key: string
  readonly client: Client
  /** Ends the making of a connection. */
  readonly closing: AbortController
  used: boolean
  /** Whether a connection was made for the request it carries now. */
  connectedAnew: boolean
}

interface Waiter {
  readonly key: string
  readonly route: Route
  give(pooled: Pooled): void
}

/**
 * At most `maxConnections` connections, over all origins together. One request at a time on each; a connection serves one
 * origin only, whatever other names lead to the same address. Who finds none free waits, in order.
 */
export class ConnectionPool implements AsyncDisposable {
  readonly #connector: Connector
  readonly #settings: PoolSettings
  /** The one that has been idle longest first. */
  readonly #idle: Pooled[] = []
  readonly #waiting: Waiter[] = []
  readonly #active = new Set<Pooled>()
  #created = 0
  #reused = 0
  #waits = 0

  constructor(connector: Connector, settings: PoolSettings) {
    this.#connector = connector
    this.#settings = settings
  }

  /** `fresh`: one that has carried nothing yet. Rejects with the signal's reason when it aborts while waiting. */
  async acquire(route: Route, signal: AbortSignal, { fresh = false } = {}): Promise<Connection> {
    signal.throwIfAborted()
    const key = `${route.proxy?.href ?? ''} ${route.origin.origin}`
    const at = fresh ? -1 : this.#idle.findLastIndex((pooled) => pooled.key === key)
    const [idle] = at < 0 ? [] : this.#idle.splice(at, 1)
    if (idle) return this.#lend(idle)
    if (this.#hasRoom()) return this.#lend(this.#make(key, route))
    return this.#lend(await this.#wait(key, route, signal))
  }

  figures(): PoolFigures {
    return {
      created: this.#created,
      reused: this.#reused,
      active: this.#active.size,
      idle: this.#idle.length,
      waits: this.#waits,
      waiting: this.#waiting.length,
      maxConnections: this.#settings.maxConnections,
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const all = [...this.#idle.splice(0), ...this.#active]
    await Promise.all(all.map(({ client }) => client.destroy()))
  }

  #hasRoom(): boolean {
    if (this.#active.size + this.#idle.length < this.#settings.maxConnections) return true
    // One that nobody uses makes room for another origin.
    return this.#closeOldestIdle()
  }

  #closeOldestIdle(): boolean {
    const oldest = this.#idle.shift()
    if (oldest) close(oldest, new Error('Its place is needed'))
    return oldest !== undefined
  }

  async #wait(key: string, route: Route, signal: AbortSignal): Promise<Pooled> {
    const { promise, resolve, reject } = Promise.withResolvers<Pooled>()
    const waiter: Waiter = { key, route, give: resolve }
    const onAbort = () => {
      const at = this.#waiting.indexOf(waiter)
      if (at < 0) return
      this.#waiting.splice(at, 1)
      reject(signal.reason)
    }
    this.#waiting.push(waiter)
    this.#waits++
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      return await promise
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  #make(key: string, route: Route): Pooled {
    const closing = new AbortController()
    const connect: buildConnector.connector = (_, done) => void this.#connect(pooled, route, done)
    const client = new UndiciClient(route.origin.origin, {
      connect,
      pipelining: 1,
      keepAliveTimeout: KEEP_IDLE_MS,
      maxHeaderSize: MAX_HEAD_BYTES,
      headersTimeout: 0,
    })
    const pooled: Pooled = { key, client, closing, used: false, connectedAnew: false }
    client.on('disconnect', () => this.#forgetIdle(pooled))
    return pooled
  }

  async #connect(pooled: Pooled, route: Route, done: buildConnector.Callback): Promise<void> {
    pooled.connectedAnew = true
    const [made] = await Promise.allSettled([this.#connector.connect(route, pooled.closing.signal)])
    if (made.status === 'rejected') return done(made.reason, null)
    this.#created++
    done(null, made.value)
  }

  #lend(pooled: Pooled): Connection {
    const { client, used } = pooled
    this.#active.add(pooled)
    pooled.used = true
    pooled.connectedAnew = false
    return {
      client,
      used,
      release: () => this.#takeBack(pooled),
      destroy: (reason) => {
        close(pooled, reason)
        this.#takeBack(pooled)
      },
    }
  }

  #takeBack(pooled: Pooled): void {
    if (!this.#active.delete(pooled)) return
    if (!pooled.connectedAnew) this.#reused++
    const next = this.#waiting.shift()
    const usable = pooled.client.stats.connected && !pooled.client.destroyed
    const isKept = usable && (!next || next.key === pooled.key)
    if (!isKept) close(pooled, new Error('Its place is needed'))
    if (next) this.#hand(isKept ? pooled : this.#make(next.key, next.route), next)
    else if (isKept) this.#keep(pooled)
  }

  #keep(pooled: Pooled): void {
    this.#idle.push(pooled)
    if (this.#idle.length > this.#settings.maxKeepAlive) this.#closeOldestIdle()
  }

  /** Counts as active from now on, so that nobody takes its place before the waiter wakes. */
  #hand(pooled: Pooled, { give }: Waiter): void {
    this.#active.add(pooled)
    give(pooled)
  }

  #forgetIdle(pooled: Pooled): void {
    const at = this.#idle.indexOf(pooled)
    if (at < 0) return
    this.#idle.splice(at, 1)
    close(pooled, new Error('The server closed it'))
  }
}

function close({ client, closing }: Pooled, reason: Error): void {
  closing.abort(reason)
  void client.destroy(reason)
}
