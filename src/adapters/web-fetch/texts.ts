import { createHash } from 'node:crypto'
import { RemoteRefusedError } from '#domain/errors.ts'
import type { WebAnswer, WebRequest, WebText } from '#domain/web.ts'
import { howLongToKeepMs } from './how-long-to-keep.ts'
import type { PlaylistCache } from './playlist-cache.ts'
import { retryAfterMs } from '#lib/http-range/retry-after.ts'

/** Bounds of a text when its caller gives none. */
const MAX_TEXT_BYTES = 8 * 2 ** 20
const TEXT_TIMEOUT_MS = 30_000

type TextRequest = WebRequest & { readonly fresh?: boolean }

interface Flight {
  readonly answer: Promise<WebText>
  readonly landing: AbortController
  waiting: number
}

/** Web.text: remembers, and fetches once for all who ask the same at the same time. */
export class Texts {
  readonly #open: (request: WebRequest, signal: AbortSignal) => Promise<WebAnswer>
  readonly #cache: PlaylistCache
  readonly #flights = new Map<string, Flight>()

  constructor(open: (request: WebRequest, signal: AbortSignal) => Promise<WebAnswer>, cache: PlaylistCache) {
    this.#open = open
    this.#cache = cache
  }

  async text(request: TextRequest, signal: AbortSignal): Promise<WebText> {
    signal.throwIfAborted()
    const bounds = { maxBytes: request.maxBytes ?? MAX_TEXT_BYTES, timeoutMs: request.timeoutMs ?? TEXT_TIMEOUT_MS }
    const key = keyOf(request)
    const known = request.fresh ? null : this.#cache.get(key)
    if (known && Buffer.byteLength(known.text) <= bounds.maxBytes) return { ...known, remembered: true }
    const flightKey = `${key} ${bounds.maxBytes} ${bounds.timeoutMs}`
    const flight = this.#flights.get(flightKey) ?? this.#start(flightKey, key, { ...request, ...bounds })
    return join(flight, signal)
  }

  #start(flightKey: string, key: string, request: WebRequest): Flight {
    const landing = new AbortController()
    const answer = this.#fetch(key, request, landing.signal).finally(() => {
      if (this.#flights.get(flightKey) === flight) this.#flights.delete(flightKey)
    })
    const flight: Flight = { answer, landing, waiting: 0 }
    // Those who wait handle it; when all have gone nobody does.
    answer.catch(() => {})
    landing.signal.addEventListener('abort', () => this.#flights.delete(flightKey))
    this.#flights.set(flightKey, flight)
    return flight
  }

  async #fetch(key: string, request: WebRequest, signal: AbortSignal): Promise<WebText> {
    await using answer = await this.#open(request, signal)
    if (answer.status < 200 || answer.status > 299) throw refusal(answer)
    const chunks: Uint8Array[] = []
    for await (const chunk of answer.body) chunks.push(chunk)
    // A byte order mark is left to those who read the text: it is against the rules of some.
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.concat(chunks))
    const result = { text, url: answer.url, contentType: answer.headers.get('content-type') ?? null }
    this.#cache.set(key, result, howLongToKeepMs(answer.headers))
    return result
  }
}

/** Whoever leaves leaves the others in peace; the last one ends it. */
async function join(flight: Flight, signal: AbortSignal): Promise<WebText> {
  flight.waiting++
  const { promise, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(signal.reason)
  signal.addEventListener('abort', onAbort)
  try {
    return await Promise.race([flight.answer, promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
    flight.waiting--
    if (flight.waiting === 0) flight.landing.abort(new Error('Nobody waits for it'))
  }
}

/** Nobody is given what another identity was answered. Hashed: the key holds secrets. */
function keyOf({ url, method = 'GET', identity, range }: WebRequest): string {
  const headers = Object.entries(identity?.headers ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
  const whole = [
    url,
    method,
    headers,
    identity?.hosts ?? [],
    identity?.proxy ?? '',
    identity?.cookies ?? null,
    identity?.secretsOverHttpsOnly ?? false,
    range ?? null,
  ]
  return createHash('sha256').update(JSON.stringify(whole)).digest('base64')
}

function refusal({ url, status, headers }: WebAnswer): RemoteRefusedError {
  return new RemoteRefusedError(`${new URL(url).host} answers ${status}.`, status, {
    retryAfterMs: retryAfterMs(headers.get('retry-after'), Date.now()),
  })
}
