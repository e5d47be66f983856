import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import { addressBlock } from '#lib/rate-window/address-block.ts'
import { isLoopbackAddress } from '../auth/loopback.ts'
import type { TrustedProxies } from '../auth/trusted-proxies.ts'
import type { HttpLimits } from '../http-config.ts'

type GuardLimits = Pick<
  HttpLimits,
  | 'maxConnections'
  | 'maxConnectionsPerAddress'
  | 'minReadBytesPerSec'
  | 'minUploadBytesPerSec'
  | 'rateWindowMs'
  | 'crowdedConnections'
  | 'slowReaderPatienceMs'
>

interface Watched {
  /** Whose it is: an address, or of IPv6 the /64, which is what one customer has. */
  readonly peer: string
  /** At the beginning of the current window. */
  since: number
  sentBytes: number
  receivedBytes: number
  /** Something waited for the other side during the whole window. */
  waitedToSend: boolean
  waitedToReceive: boolean
  /** The last request that came; its body may still be on its way. */
  request: IncomingMessage | null
  /** When this reader began to be slow; null while it is not. */
  slowSince: number | null
}

/** How often we look; a window has several looks, so that a pause between two answers is no slowness. */
const LOOKS_PER_WINDOW = 6

/**
 * Keeps connections from being held for nothing: caps how many there are, in all and per address, and cuts those that
 * take or send less than a minimum rate while bytes wait (Node has no write timeout).
 */
export class ConnectionGuard {
  readonly #limits: GuardLimits
  readonly #proxies: Pick<TrustedProxies, 'includes'>
  readonly #sockets = new Map<Socket, Watched>()
  readonly #perPeer = new Map<string, number>()
  /** Over TLS a request comes from a socket around the one that was admitted. */
  readonly #byPorts = new Map<string, Watched>()
  readonly #timer: NodeJS.Timeout
  /** Connections that were cut for being slow. */
  cutConnections = 0

  constructor(
    server: Pick<Server, 'on' | 'maxConnections'>,
    limits: GuardLimits,
    proxies: Pick<TrustedProxies, 'includes'>,
    now: () => number = Date.now,
  ) {
    this.#limits = limits
    this.#proxies = proxies
    server.maxConnections = limits.maxConnections
    server.on('connection', (socket: Socket) => this.#admit(socket, now()))
    server.on('request', (request: IncomingMessage) => {
      const watched = this.#byPorts.get(portsOf(request.socket))
      if (watched) watched.request = request
    })
    this.#timer = setInterval(() => this.#look(now()), Math.max(10, limits.rateWindowMs / LOOKS_PER_WINDOW))
    this.#timer.unref()
  }

  get connections(): number {
    return this.#sockets.size
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #admit(socket: Socket, now: number): void {
    const { remoteAddress = '' } = socket
    const peer = addressBlock(remoteAddress)
    const count = (this.#perPeer.get(peer) ?? 0) + 1
    if (count > this.#limits.maxConnectionsPerAddress && !this.#standsForMany(remoteAddress)) {
      socket.destroy()
      return
    }
    const [ports, watched] = [portsOf(socket), { peer, request: null, slowSince: null, ...freshWindow(socket, now) }]
    this.#perPeer.set(peer, count)
    this.#sockets.set(socket, watched)
    this.#byPorts.set(ports, watched)
    socket.once('close', () => {
      this.#sockets.delete(socket)
      if (this.#byPorts.get(ports) === watched) this.#byPorts.delete(ports)
      const left = (this.#perPeer.get(peer) ?? 1) - 1
      if (left > 0) this.#perPeer.set(peer, left)
      else this.#perPeer.delete(peer)
    })
  }

  /** A proxy that we trust brings the connections of all its callers. */
  #standsForMany(address: string): boolean {
    return isLoopbackAddress(address) || this.#proxies.includes(address)
  }

  #look(now: number): void {
    for (const [socket, watched] of this.#sockets) {
      watched.waitedToSend &&= pendingBytes(socket) > 0
      watched.waitedToReceive &&= isWaitingForBody(watched.request)
      if (now - watched.since < this.#limits.rateWindowMs) continue
      watched.slowSince = this.#readsTooSlowly(socket, watched, now) ? (watched.slowSince ?? watched.since) : null
      if (this.#isOutOfPatience(watched, now) || this.#sendsTooSlowly(socket, watched, now)) {
        this.cutConnections++
        socket.destroy()
      } else Object.assign(watched, freshWindow(socket, now))
    }
  }

  #isOutOfPatience({ slowSince }: Watched, now: number): boolean {
    if (slowSince === null) return false
    return this.#sockets.size > this.#limits.crowdedConnections || now - slowSince >= this.#limits.slowReaderPatienceMs
  }

  #readsTooSlowly(socket: Socket, { waitedToSend, sentBytes, since }: Watched, now: number): boolean {
    const leastBytes = (this.#limits.minReadBytesPerSec * (now - since)) / 1000
    return waitedToSend && deliveredBytes(socket) - sentBytes < leastBytes
  }

  #sendsTooSlowly(socket: Socket, { waitedToReceive, receivedBytes, since }: Watched, now: number): boolean {
    const leastBytes = (this.#limits.minUploadBytesPerSec * (now - since)) / 1000
    return waitedToReceive && socket.bytesRead - receivedBytes < leastBytes
  }
}

/** Whoever is asked, and whatever is answered: a body that never ends would hold its connection. */
function isWaitingForBody(request: IncomingMessage | null): boolean {
  // What lies there has come; it is we who do not take it.
  return request !== null && !request.complete && request.readableLength === 0
}

function portsOf({ remoteAddress, remotePort, localAddress }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress}`
}

function freshWindow(socket: Socket, now: number): Omit<Watched, 'peer' | 'request' | 'slowSince'> {
  return {
    since: now,
    sentBytes: deliveredBytes(socket),
    receivedBytes: socket.bytesRead,
    waitedToSend: true,
    waitedToReceive: true,
  }
}

/** What Node's handle of a connection counts (libuv): bytes that it was given, and those of them still waiting. */
interface Counters {
  readonly bytesWritten?: number
  readonly writeQueueSize?: number
}

function countersOf(socket: Socket): Counters {
  return (socket as Socket & { readonly _handle?: Counters | null })._handle ?? {}
}

/** Bytes that the system has taken. To the stream a buffer is there as a whole until its last byte is gone; the handle knows better. */
function deliveredBytes(socket: Socket): number {
  const { bytesWritten, writeQueueSize } = countersOf(socket)
  if (bytesWritten === undefined) return socket.bytesWritten - socket.writableLength
  return bytesWritten - (writeQueueSize ?? 0)
}

function pendingBytes(socket: Socket): number {
  return Math.max(countersOf(socket).writeQueueSize ?? 0, socket.writableLength)
}
