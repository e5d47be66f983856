import type { IncomingMessage, ServerResponse } from 'node:http'

/** A media address answered beside the framework, because its overhead is a third of a playlist's cost. */
export interface MediaRoute {
  /** As in auth/route-policy.ts. */
  readonly pattern: string
  /** Answers, or throws what problem-of.ts knows. `parts` are the path's parts after the first. */
  serve(request: IncomingMessage, response: ServerResponse, parts: readonly string[]): Promise<void>
}

export const VIDEO_ID = /^[A-Za-z0-9_-]{8,32}$/
