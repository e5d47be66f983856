import type { Socket } from 'node:net'
import { LRUCache } from 'lru-cache'
import { RemoteUnreachableError } from '#domain/errors.ts'
import { portOf } from './allowed-hosts.ts'
import type { Guard } from './guard.ts'
import { openSocket, startTls, type TlsSessions } from './open-socket.ts'
import { openTunnel } from './open-tunnel.ts'

/** Where a connection leads: the origin, and the user's proxy on the way, if any. */
export interface Route {
  readonly origin: URL
  readonly proxy: URL | null
}

/** Makes connections for checked routes; there is no other place in the product that opens one to a user's address. */
export class Connector {
  readonly #guard: Guard
  readonly #timeoutMs: number
  readonly #ca: string | undefined
  readonly #sessions: TlsSessions = new LRUCache({ max: 200 })

  constructor(guard: Guard, { timeoutMs, ca }: { readonly timeoutMs: number; readonly ca?: string | undefined }) {
    this.#guard = guard
    this.#timeoutMs = timeoutMs
    this.#ca = ca
  }

  /**
   * A connection that is ready for requests, TLS included. Rejects with AddressRefusedError before a packet is sent, with
   * the system's error, with RemoteUnreachableError after the time limit, with the signal's reason.
   */
  connect(route: Route, signal: AbortSignal): Promise<Socket> {
    return this.#inTime(route, signal, async (limit) => {
      const socket = await this.#reach(route, limit)
      if (route.origin.protocol === 'http:') return socket
      const ca = this.#ca && { ca: this.#ca }
      return startTls(socket, route.origin.hostname, { sessions: this.#sessions, signal: limit, ...ca })
    })
  }

  /** As `connect`, without TLS: for those who speak it themselves. */
  reach(route: Route, signal: AbortSignal): Promise<Socket> {
    return this.#inTime(route, signal, (limit) => this.#reach(route, limit))
  }

  async #inTime<T>(
    { origin, proxy }: Route,
    signal: AbortSignal,
    work: (limit: AbortSignal) => Promise<T>,
  ): Promise<T> {
    signal.throwIfAborted()
    const limit = new AbortController()
    const onAbort = () => limit.abort(signal.reason)
    const timer = setTimeout(() => limit.abort(tooSlow(proxy ?? origin, this.#timeoutMs)), this.#timeoutMs)
    signal.addEventListener('abort', onAbort)
    try {
      return await work(limit.signal)
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
    }
  }

  async #reach({ origin, proxy }: Route, signal: AbortSignal): Promise<Socket> {
    // The name service cannot be interrupted; its late answer serves the cache.
    const addresses = await orAbort(this.#guard.addressesOf(origin), signal)
    if (!proxy) return openSocket(addresses, portOf(origin), signal)
    return this.#throughProxy(proxy, addresses[0]?.address ?? '', portOf(origin), signal)
  }

  /** The proxy is told the checked address, not the name: what it would resolve itself nobody has checked. */
  async #throughProxy(proxy: URL, address: string, port: number, signal: AbortSignal): Promise<Socket> {
    const addresses = await orAbort(this.#guard.addressesOf(proxy), signal)
    const socket = await openSocket(addresses, portOf(proxy), signal)
    return openTunnel(socket, { proxy, address, port, signal })
  }
}

async function orAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(signal.reason)
  signal.addEventListener('abort', onAbort)
  if (signal.aborted) onAbort()
  try {
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

function tooSlow({ host }: URL, timeoutMs: number): RemoteUnreachableError {
  return new RemoteUnreachableError(`No connection to ${host}.`, {
    why: `It was not made within ${timeoutMs / 1000} s.`,
    fix: 'Check that the address is right and the server is up.',
  })
}
