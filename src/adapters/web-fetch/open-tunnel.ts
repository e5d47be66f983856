import type { Socket } from 'node:net'
import { RemoteUnreachableError } from '#domain/errors.ts'

/** Longer heads of a proxy's answer are no answer. */
const MAX_HEAD_BYTES = 16_384

/** Where a tunnel leads, and who opens it. */
export interface TunnelWish {
  /** With name and password, when it wants them. */
  readonly proxy: URL
  readonly address: string
  readonly port: number
  readonly signal: AbortSignal
}

/** Asks the HTTP proxy at the other end of a socket to lead on (CONNECT, RFC 9110 §9.3.6). Ends the socket when it refuses. */
export async function openTunnel(socket: Socket, { proxy, address, port, signal }: TunnelWish): Promise<Socket> {
  const target = `${address.includes(':') ? `[${address}]` : address}:${port}`
  const lines = [`CONNECT ${target} HTTP/1.1`, `Host: ${target}`]
  if (proxy.username !== '') lines.push(`Proxy-Authorization: Basic ${credentialsOf(proxy)}`)
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  try {
    const status = statusOf(await headOf(socket, signal))
    if (status < 200 || status > 299) throw refusal(proxy, status)
    return socket
  } catch (error) {
    socket.on('error', () => {}).destroy()
    throw error
  }
}

function credentialsOf({ username, password }: URL): string {
  return Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')
}

/** Everything up to the empty line; what comes after it stays in the socket. */
async function headOf(socket: Socket, signal: AbortSignal): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let head: Buffer = Buffer.alloc(0)
  const onReadable = () => {
    for (let chunk: Buffer | null = socket.read(); chunk; chunk = socket.read()) {
      head = Buffer.concat([head, chunk])
      const end = head.indexOf('\r\n\r\n')
      if (end >= 0) {
        if (head.length > end + 4) socket.unshift(head.subarray(end + 4))
        return resolve(head.toString('latin1', 0, end))
      }
      if (head.length > MAX_HEAD_BYTES) return reject(new Error('The proxy does not speak HTTP'))
    }
  }
  const onClose = () => reject(Object.assign(new Error('The proxy closed the connection'), { code: 'ECONNRESET' }))
  const onAbort = () => reject(signal.reason)
  socket.on('readable', onReadable).once('error', reject).once('close', onClose).once('end', onClose)
  signal.addEventListener('abort', onAbort)
  if (signal.aborted) onAbort()
  try {
    return await promise
  } finally {
    signal.removeEventListener('abort', onAbort)
    socket.off('readable', onReadable).off('error', reject).off('close', onClose).off('end', onClose)
  }
}

function statusOf(head: string): number {
  return Number(/^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1] ?? 0)
}

function refusal({ host }: URL, status: number): RemoteUnreachableError {
  return new RemoteUnreachableError(`The proxy ${host} does not lead on.`, {
    why: status === 0 ? 'It does not speak HTTP.' : `It answers ${status}.`,
    fix: status === 407 ? 'Check its name and password.' : 'Check that it allows CONNECT to this address.',
  })
}
