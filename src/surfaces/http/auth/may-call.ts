import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { RequestRefusedError } from '../request-refused-error.ts'
import { isLoopbackAddress } from './loopback.ts'
import type { Access } from './route-policy.ts'

/**
 * The one place that decides who may call. There is no login yet: whoever can reach the server may do all,
 * which is why it listens on loopback unless told otherwise. Throws RequestRefusedError.
 */
export function assertMayCall(request: IncomingMessage, access: Access, localToken: string): void {
  if (access !== 'local') return
  if (!isLoopbackAddress(request.socket.remoteAddress)) {
    throw new RequestRefusedError('forbidden', 'This is only for programs on the machine of the server.')
  }
  // A page in a browser names its origin; a program has no reason to.
  if (request.headers.origin !== undefined) throw new RequestRefusedError('forbidden', 'This is not for web pages.')
  if (!isSame(bearerOf(request), localToken)) {
    throw new RequestRefusedError('unauthorized', 'The token is missing or wrong.', {
      fix: 'Send the token from the data folder of the server: Authorization: Bearer …',
      headers: { 'www-authenticate': 'Bearer' },
    })
  }
}

function bearerOf({ headers }: IncomingMessage): string {
  return /^Bearer ([\x21-\x7e]+)$/i.exec(headers.authorization ?? '')?.[1] ?? ''
}

/** Takes equally long for every wrong guess of the right length. */
function isSame(one: string, other: string): boolean {
  const bytes = [one, other].map((text) => Buffer.from(text))
  const [a, b] = bytes
  return a !== undefined && b !== undefined && b.length > 0 && a.length === b.length && timingSafeEqual(a, b)
}
