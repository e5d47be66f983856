import type { Server } from 'node:http'
import type { Socket } from 'node:net'
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
  readonly address: string
  /** At the beginning of the current window. */
  since: number
  sentBytes: number
  receivedBytes: number
  /** Something waited for the other side during the whole window. */
  waitedToSend: boolean
  waitedToReceive: boolean
  /** A request body is expected. */
  uploading: boolean
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
  readonly #perAddress = new Map<string, number>()
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
    this.#timer = setInterval(() => this.#look(now()), Math.max(10, limits.rateWindowMs / LOOKS_PER_WINDOW))
    this.#timer.unref()
  }

  get connections(): number {
    return this.#sockets.size
  }

  /** From here to the function that comes back, the socket must bring its request body fast enough. */
  watchUpload(socket: Socket): () => void {
    const watched = this.#sockets.get(socket)
    if (!watched) return () => undefined
    watched.uploading = true
    return () => {
      watched.uploading = false
    }
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #admit(socket: Socket, now: number): void {
    const address = socket.remoteAddress ?? ''
    const count = (this.#perAddress.get(address) ?? 0) + 1
    if (count > this.#limits.maxConnectionsPerAddress && !this.#standsForMany(address)) {
      socket.destroy()
      return
    }
    this.#perAddress.set(address, count)
    this.#sockets.set(socket, { address, uploading: false, slowSince: null, ...freshWindow(socket, now) })
    socket.once('close', () => {
      this.#sockets.delete(socket)
      const left = (this.#perAddress.get(address) ?? 1) - 1
      if (left > 0) this.#perAddress.set(address, left)
      else this.#perAddress.delete(address)
    })
  }

  /** A proxy that we trust brings the connections of all its callers. */
  #standsForMany(address: string): boolean {
    return isLoopbackAddress(address) || this.#proxies.includes(address)
  }

  #look(now: number): void {
    for (const [socket, watched] of this.#sockets) {
      watched.waitedToSend &&= pendingBytes(socket) > 0
      watched.waitedToReceive &&= watched.uploading && socket.readableLength === 0
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

function freshWindow(socket: Socket, now: number): Omit<Watched, 'address' | 'uploading' | 'slowSince'> {
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
