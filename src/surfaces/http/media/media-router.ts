import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Access } from '../auth/route-policy.ts'
import { accessOf } from '../auth/route-policy.ts'
import { RequestRefusedError } from '../request-refused-error.ts'
import { PREFLIGHT_HEADERS } from './media-headers.ts'
import type { MediaRoute } from './media-route.ts'

export interface FoundRoute {
  readonly pattern: string
  readonly access: Access
  /** Never rejects for a reason that the caller has to know; throws what problem-of.ts knows. */
  serve(request: IncomingMessage, response: ServerResponse): Promise<void>
}

/** Finds the media route of a path. Patterns are equal up to their first part and their number of parts. */
export class MediaRouter {
  readonly #routes = new Map<string, { readonly route: MediaRoute; readonly access: Access }>()
  readonly #firsts = new Set<string>()

  /** Throws when a route has no policy. */
  constructor(routes: readonly MediaRoute[]) {
    for (const route of routes) {
      const [method = '', pattern = ''] = route.pattern.split(' ')
      const parts = pattern.split('/').slice(1)
      this.#routes.set(keyOf(parts), { route, access: accessOf(method, pattern) })
      this.#firsts.add(parts[0] ?? '')
    }
  }

  /** Null when the path belongs to somebody else. */
  find(url: string): FoundRoute | null {
    const query = url.indexOf('?')
    const path = query < 0 ? url : url.slice(0, query)
    const parts = path.split('/').slice(1)
    if (!this.#firsts.has(parts[0] ?? '')) return null
    const found = this.#routes.get(keyOf(parts))
    if (!found) return { pattern: 'GET /*', access: 'none', serve: () => Promise.reject(noSuchPage()) }
    const { route, access } = found
    return {
      pattern: route.pattern,
      access,
      serve: async (request, response) => {
        if (request.method === 'OPTIONS') return void response.writeHead(204, PREFLIGHT_HEADERS).end()
        if (request.method !== 'GET' && request.method !== 'HEAD') throw wrongMethod()
        await route.serve(request, response, parts.slice(1))
      },
    }
  }
}

function keyOf(parts: readonly string[]): string {
  return `${parts[0]} ${parts.length}`
}

function noSuchPage(): RequestRefusedError {
  return new RequestRefusedError('no-such-page', 'There is nothing at this address.')
}

function wrongMethod(): RequestRefusedError {
  return new RequestRefusedError('method-not-allowed', 'This can only be read.', {
    headers: { allow: 'GET, HEAD, OPTIONS' },
  })
}
