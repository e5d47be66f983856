/** Characters and forms that resolving leaves alone: no scheme, no dot segments, no escapes, nothing to be encoded. */
const PLAIN = /^[A-Za-z0-9_-][A-Za-z0-9_\-~/]*(?:\.[A-Za-z0-9_-][A-Za-z0-9_\-~/]*)*(?:\?[A-Za-z0-9_\-.~=&]*)?$/

/** Resolves URIs against one base (RFC 3986 §5, the way browsers do it), fast for the plain relative names of segments. */
export class UriResolver {
  readonly #base: string | undefined
  readonly #directory: string | null

  /** `baseUrl` is the address after redirects; when it is none, only absolute URIs resolve. */
  constructor(baseUrl: string) {
    const base = URL.parse(baseUrl)
    this.#base = base?.href
    this.#directory = base && /^https?:$/.test(base.protocol) ? new URL('.', base).href : null
  }

  /** The absolute URL, null when the text is no URI. Any scheme may come back: who fetches must check it. */
  resolve(uri: string): string | null {
    if (this.#directory !== null && PLAIN.test(uri)) return this.#directory + uri
    return URL.parse(uri, this.#base)?.href ?? null
  }

  /** Value of a query parameter of the base, percent-decoded; null when it is absent. */
  queryParameter(name: string): string | null {
    return this.#base === undefined ? null : new URL(this.#base).searchParams.get(name)
  }
}
