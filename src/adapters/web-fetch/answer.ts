import { AnswerTooLargeError } from '#domain/errors.ts'
import type { WebAnswer } from '#domain/web.ts'
import { codingsOf, decodeBody } from './decode-body.ts'
import type { Exchange, Head } from './exchange.ts'

/** What an answer is made of. */
export interface AnswerParts {
  readonly url: URL
  readonly head: Head
  readonly exchange: Exchange
  readonly hasBody: boolean
  readonly maxBytes: number
  /** Called once, when the body has ended or nobody wants it any more. */
  onEnd(): void
}

/** An answer as the port wants it, over an exchange whose head is there. */
export class Answer implements WebAnswer {
  readonly url: string
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  readonly contentLength: number | null
  readonly decoded: boolean
  readonly body: AsyncIterable<Uint8Array>
  readonly #parts: AnswerParts

  constructor(parts: AnswerParts) {
    const { url, head, exchange, hasBody, maxBytes } = parts
    const codings = hasBody ? codingsOf(head.headers) : []
    this.#parts = parts
    this.url = url.href
    this.status = head.status
    this.headers = head.headers
    this.contentLength = lengthOf(head.headers)
    this.decoded = codings.length > 0
    const raw: AsyncIterable<Uint8Array> = { [Symbol.asyncIterator]: () => new RawBody(parts, this.contentLength) }
    const whole = this.decoded ? decodeBody(raw, codings, exchange.host) : raw
    const promisedBytes = this.decoded || !hasBody ? 0 : (this.contentLength ?? 0)
    this.body = Number.isFinite(maxBytes) ? bounded(whole, { maxBytes, promisedBytes, host: exchange.host }) : whole
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { exchange, onEnd } = this.#parts
    exchange.drop(this.contentLength)
    onEnd()
  }
}

/** The bytes as they come; leaving early gives the rest up. */
class RawBody implements AsyncIterator<Uint8Array, undefined> {
  readonly #parts: AnswerParts
  readonly #contentLength: number | null

  constructor(parts: AnswerParts, contentLength: number | null) {
    this.#parts = parts
    this.#contentLength = contentLength
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    try {
      const next = await this.#parts.exchange.next()
      if (next.done) this.#parts.onEnd()
      return next
    } catch (error) {
      this.#parts.onEnd()
      throw error
    }
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#parts.exchange.drop(this.#contentLength)
    this.#parts.onEnd()
    return { done: true, value: undefined }
  }
}

interface Bound {
  readonly maxBytes: number
  /** What the head says: too much is not even begun. */
  readonly promisedBytes: number
  readonly host: string
}

async function* bounded(body: AsyncIterable<Uint8Array>, bound: Bound): AsyncGenerator<Uint8Array, undefined> {
  let byteLength = 0
  for await (const chunk of body) {
    byteLength += chunk.length
    if (Math.max(byteLength, bound.promisedBytes) > bound.maxBytes) {
      const why = `It is longer than ${bound.maxBytes} bytes.`
      throw new AnswerTooLargeError(`The answer of ${bound.host} is too large.`, { why })
    }
    yield chunk
  }
}

function lengthOf(headers: ReadonlyMap<string, string>): number | null {
  const length = headers.get('content-length') ?? ''
  return /^\d{1,15}$/.test(length) ? Number(length) : null
}
