import type { IncomingMessage } from 'node:http'
import type { HttpConfig } from '../http-config.ts'
import { isLoopbackHost } from './loopback.ts'
import { assertMayCall } from './may-call.ts'
import { assertOwnHost, assertSameOrigin } from './request-origin.ts'
import type { Access } from './route-policy.ts'

const READING = new Set(['GET', 'HEAD', 'OPTIONS'])

/** All that must hold before any route sees a request. Throws RequestRefusedError. */
export function assertAllowed(request: IncomingMessage, access: Access, config: HttpConfig): void {
  // Playback links work under any name on a server that is open to the network; all else does not.
  if (isLoopbackHost(config.host) || access !== 'link') assertOwnHost(request, config)
  if (!READING.has(request.method ?? '') && access !== 'local') assertSameOrigin(request, config)
  assertMayCall(request, access, config.localToken)
}
