/**
 * The only way out to addresses that users give. Every address, of redirects too, is checked before a connection is made:
 * http and https only, no address inside, no credentials in it.
 */
export interface Web {
  /**
   * Resolves when the head of the last answer is there, whatever its status. Redirects are followed (5 at most), each
   * checked anew. Rejects with AddressRefusedError before a byte is sent, RemoteUnreachableError (DNS, connect, TLS, reset,
   * no answer in time), like `CookieFiles.read`, with the signal's reason when it aborts.
   */
  open(request: WebRequest, signal: AbortSignal): Promise<WebAnswer>
  /**
   * The text of a playlist or another small text. From memory when it may be (`fresh` never is; CACHE_TTL at most), else
   * fetched once for all who ask at the same time. Rejects like `open`, with RemoteRefusedError for a status that is no
   * 2xx, with AnswerTooLargeError beyond `maxBytes`.
   */
  text(request: WebRequest & { readonly fresh?: boolean }, signal: AbortSignal): Promise<WebText>
}

export interface WebRequest {
  readonly url: string
  readonly method?: 'GET' | 'HEAD'
  /** Who asks, as the user wishes it; nobody in particular when missing. */
  readonly identity?: WebIdentity
  /** Inclusive; an open end asks for the rest. */
  readonly range?: { readonly first: number; readonly last?: number }
  /** `If-Range`: the entity tag or date that the range is a part of. */
  readonly ifRange?: string
  /** The body ends with AnswerTooLargeError beyond this, counted after decompression. */
  readonly maxBytes?: number
  /** From the request to the last byte; no limit when missing (a body that stands still for 10 s is cut all the same). */
  readonly timeoutMs?: number
}

/** What is sent along. Secrets (Cookie, Authorization and headers of the user's own) go to `hosts` and their sub-domains only. */
export interface WebIdentity {
  readonly headers: Readonly<Record<string, string>>
  readonly hosts: readonly string[]
  /** What was ordered over https: then no secret goes over http, wherever a playlist or a redirect leads. */
  readonly secretsOverHttpsOnly?: boolean
  /** A cookies file, and the host it was named for: each address is sent those of its cookies that a browser would send. */
  readonly cookies?: { readonly name: string; readonly host: string }
  /** `http://[user:password@]host:port`: it has to pass the same checks. */
  readonly proxy?: string
}

export interface WebAnswer extends AsyncDisposable {
  /** After redirects. */
  readonly url: string
  readonly status: number
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>
  /** Bytes of the body as they come, before decompression; null when the server does not say. */
  readonly contentLength: number | null
  /** Content-Encoding is undone; then `body` has another length than `contentLength`. */
  readonly decoded: boolean
  /**
   * To be read once, with back-pressure. Ends without error only when it is whole: throws RemoteBrokenError when it is cut
   * short, stands still or drips, AnswerTooLargeError beyond `maxBytes`. Chunks are the reader's to keep.
   */
  readonly body: AsyncIterable<Uint8Array>
}

export interface WebText {
  readonly text: string
  /** After redirects. */
  readonly url: string
  readonly contentType: string | null
  /** It was not asked for now. */
  readonly remembered?: boolean
}
