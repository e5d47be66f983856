import { isIP, type LookupFunction, type Socket, connect as tcpConnect } from 'node:net'
import { type TLSSocket, connect as tlsConnect } from 'node:tls'
import type { LRUCache } from 'lru-cache'
import { withoutLastDot } from './allowed-hosts.ts'
import type { ResolvedAddress } from './dns-cache.ts'

const TCP_KEEPALIVE_MS = 60_000
/** Before the next address is tried: Node gives the one before up then, so far servers need it longer than its 250 ms. */
const NEXT_ADDRESS_MS = 600

/**
 * Connects to one of `addresses` and to nothing else, one after the other: no name is resolved here. Rejects with the
 * system's error, with the signal's reason when it aborts.
 */
export async function openSocket(
  addresses: readonly ResolvedAddress[],
  port: number,
  signal: AbortSignal,
): Promise<Socket> {
  const pinned: LookupFunction = (_name, _options, done) => done(null, [...addresses])
  // A name of ours that nobody can register: only `pinned` knows it.
  const socket = tcpConnect({
    host: 'pinned.invalid',
    port,
    lookup: pinned,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS,
    noDelay: true,
  })
  socket.setKeepAlive(true, TCP_KEEPALIVE_MS)
  await settled(socket, 'connect', signal)
  return socket
}

/** Sessions by host, so that further connections to it need no full handshake. */
export type TlsSessions = LRUCache<string, Buffer>

/** TLS over a socket, the certificate checked for the host. Ends the socket when that fails. */
export async function startTls(
  socket: Socket,
  host: string,
  { sessions, ca, signal }: { readonly sessions: TlsSessions; readonly ca?: string; readonly signal: AbortSignal },
): Promise<TLSSocket> {
  const name = withoutLastDot(host.replace(/^\[(.*)\]$/, '$1'))
  const session = sessions.get(name)
  const secured = tlsConnect({
    socket,
    host: name,
    // RFC 6066 §3: no IP addresses in SNI.
    ...(isIP(name) === 0 && { servername: name }),
    ALPNProtocols: ['http/1.1'],
    // Said aloud, so that no variable of the environment turns it off.
    rejectUnauthorized: true,
    ...(session && { session }),
    ...(ca && { ca }),
  })
  secured.on('session', (fresh) => sessions.set(name, fresh))
  await settled(secured, 'secureConnect', signal)
  return secured
}

async function settled(socket: Socket, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const onAbort = () => reject(signal.reason)
  const onClose = () => reject(Object.assign(new Error('The connection was closed'), { code: 'ECONNRESET' }))
  socket.once(event, resolve).once('error', reject).once('close', onClose)
  signal.addEventListener('abort', onAbort)
  if (signal.aborted) onAbort()
  try {
    await promise
  } catch (error) {
    socket.on('error', () => {}).destroy()
    throw error
  } finally {
    signal.removeEventListener('abort', onAbort)
    socket.off(event, resolve).off('error', reject).off('close', onClose)
  }
}
