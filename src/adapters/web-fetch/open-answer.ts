import type { CookieFiles } from '#domain/cookie-files.ts'
import { InvalidInputError, RemoteRefusedError } from '#domain/errors.ts'
import type { WebAnswer, WebRequest } from '#domain/web.ts'
import type { FileCookie } from '#lib/cookie-file/file-cookie.ts'
import { Answer, contentLengthOf } from './answer.ts'
import type { ConnectionPool } from './connection-pool.ts'
import type { Route } from './connector.ts'
import { Exchange, type ExchangeLimits, type Head } from './exchange.ts'
import type { Guard } from './guard.ts'
import { isStaleConnection, noAnswer, tookTooLong, unreachable } from './remote-errors.ts'
import { headersFor } from './request-headers.ts'

const MAX_REDIRECTS = 5
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/** What requests are made with. */
export interface OpenPorts {
  readonly guard: Guard
  readonly pool: ConnectionPool
  readonly limits: ExchangeLimits
  readonly cookieFiles: Pick<CookieFiles, 'read'> | null
}

export interface OpenOptions {
  readonly signal: AbortSignal
  /** Value of Accept-Encoding. */
  readonly encodings: string
}

/** Web.open: follows redirects, each address checked from the start. */
export async function openAnswer(ports: OpenPorts, request: WebRequest, options: OpenOptions): Promise<WebAnswer> {
  options.signal.throwIfAborted()
  const life = new RequestLife(options.signal)
  try {
    const first = ports.guard.checkUrl(request.url)
    const proxy = request.identity?.proxy === undefined ? null : ports.guard.checkProxy(request.identity.proxy)
    if (request.timeoutMs !== undefined) life.limit(request.timeoutMs, first.host)
    const cookies = await cookiesOf(request, ports)
    return await follow(ports, { request, proxy, cookies, encodings: options.encodings, life }, first)
  } catch (error) {
    life.end()
    throw error
  }
}

async function cookiesOf({ identity }: WebRequest, { cookieFiles }: OpenPorts): Promise<readonly FileCookie[]> {
  if (identity?.cookies === undefined) return []
  if (cookieFiles === null) throw new InvalidInputError('There is no place for cookies files here.')
  return (await cookieFiles.read(identity.cookies.name, identity.cookies.host)).cookies
}

interface Journey {
  readonly request: WebRequest
  readonly proxy: URL | null
  readonly cookies: readonly FileCookie[]
  readonly encodings: string
  readonly life: RequestLife
}

async function follow(ports: OpenPorts, journey: Journey, first: URL): Promise<WebAnswer> {
  let url = first
  let mayKnowSecrets = true
  for (let redirects = 0; ; redirects++) {
    const headers = headersFor(journey.request, url, { ...journey, mayKnowSecrets, nowMs: Date.now() })
    const { exchange, head } = await ask(ports, journey, url, headers)
    const location = REDIRECTS.has(head.status) ? head.headers.get('location') : undefined
    if (location === undefined) return answerOf(journey, url, { exchange, head })
    exchange.drop(contentLengthOf(head.headers))
    const next = ports.guard.checkUrl(location, url)
    if (redirects === MAX_REDIRECTS) throw tooManyRedirects(url, head.status)
    mayKnowSecrets &&= !(url.protocol === 'https:' && next.protocol === 'http:')
    url = next
  }
}

function answerOf(
  { request, life }: Journey,
  url: URL,
  { exchange, head }: { exchange: Exchange; head: Head },
): WebAnswer {
  const hasBody = request.method !== 'HEAD' && head.status !== 204 && head.status !== 304
  const maxBytes = request.maxBytes ?? Number.POSITIVE_INFINITY
  return new Answer({ url, head, exchange, hasBody, maxBytes, onEnd: () => life.end() })
}

/** One hop. A connection that had been closed while it lay idle is replaced, once. */
async function ask(
  { pool, limits }: OpenPorts,
  { request, proxy, life }: Journey,
  url: URL,
  headers: Record<string, string>,
): Promise<{ exchange: Exchange; head: Head }> {
  const route: Route = { origin: new URL(url.origin), proxy }
  for (let fresh = false; ; fresh = true) {
    const connection = await pool.acquire(route, life.signal, { fresh })
    const exchange = new Exchange(connection, url.host, limits)
    life.carry(exchange)
    try {
      const path = `${url.pathname}${url.search}`
      return { exchange, head: await exchange.send({ path, method: request.method ?? 'GET', headers }) }
    } catch (error) {
      const mayRetry = connection.used && !fresh && !life.signal.aborted && isStaleConnection(error)
      if (!mayRetry) throw life.signal.aborted ? life.signal.reason : failureOf(url, error)
    }
  }
}

function failureOf(url: URL, error: unknown): Error {
  if ((error as { code?: unknown }).code !== 'UND_ERR_INVALID_ARG') return unreachable(url.host, error)
  const why = 'Its name or value holds what headers must not.'
  return new InvalidInputError('A header cannot be sent.', { why, cause: error })
}

function tooManyRedirects({ host }: URL, status: number): RemoteRefusedError {
  const why = `It sends on more than ${MAX_REDIRECTS} times.`
  return new RemoteRefusedError(`${host} sends us round and round.`, status, { why })
}

/** From the request to the last byte: ends whatever is under way when the signal aborts or time is up. */
class RequestLife {
  readonly #controller = new AbortController()
  readonly #outer: AbortSignal
  readonly #onAbort = () => this.#abort(this.#outer.reason)
  #exchange: Exchange | null = null
  #timer: NodeJS.Timeout | undefined

  constructor(outer: AbortSignal) {
    this.#outer = outer
    outer.addEventListener('abort', this.#onAbort)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  limit(timeoutMs: number, host: string): void {
    const onTime = () => this.#abort(this.#exchange?.hasHead ? tookTooLong(host, timeoutMs) : noAnswer(host, timeoutMs))
    this.#timer = setTimeout(onTime, timeoutMs)
  }

  carry(exchange: Exchange): void {
    this.#exchange = exchange
    if (this.signal.aborted) exchange.cancel(this.signal.reason)
  }

  end(): void {
    clearTimeout(this.#timer)
    this.#outer.removeEventListener('abort', this.#onAbort)
  }

  #abort(reason: unknown): void {
    this.#controller.abort(reason)
    this.#exchange?.cancel(reason)
  }
}
