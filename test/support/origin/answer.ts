import { bytesBody, type Body } from './body.ts'

/** What lies at a path. */
export interface Resource {
  readonly kind: 'resource'
  readonly body: Body
  readonly contentType: string
  /** `Content-Encoding`, told although nothing here encodes. */
  readonly contentEncoding?: string
  /** 206 for ranges; without, the whole comes with 200. True by default. */
  readonly ranges?: boolean
  readonly etag?: string
  readonly lastModified?: string
  readonly headers?: Readonly<Record<string, string>>
  /** No Content-Length. */
  readonly chunked?: boolean
}

export interface Redirect {
  readonly kind: 'redirect'
  readonly to: string
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
}

/** An answer without a body to speak of. */
export interface Refusal {
  readonly kind: 'refusal'
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
}

export type Answer = Resource | Redirect | Refusal

/** What is asked for. */
export interface Ask {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly attempt: number
}

/** Makes the answer anew for each request. */
export type Handler = (ask: Ask) => Answer | Promise<Answer>

type ResourceOptions = Omit<Resource, 'kind' | 'body' | 'contentType'>

export function resource(bytes: Uint8Array, contentType: string, options: ResourceOptions = {}): Resource {
  return { kind: 'resource', body: bytesBody(bytes), contentType, ...options }
}

const PLAYLIST_TYPE = 'application/vnd.apple.mpegurl'

export function playlist(text: string, options: ResourceOptions = {}): Resource {
  return resource(Buffer.from(text), PLAYLIST_TYPE, { ranges: false, ...options })
}

export function redirect(to: string, status = 302): Redirect {
  return { kind: 'redirect', to, status }
}

export function refusal(status: number, headers: Readonly<Record<string, string>> = {}): Refusal {
  return { kind: 'refusal', status, headers }
}
