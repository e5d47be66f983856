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
    this.contentLength = contentLengthOf(head.headers)
    this.decoded = codings.length > 0
    const raw: AsyncIterable<Uint8Array> = { [Symbol.asyncIterator]: () => new RawBody(parts, this.contentLength) }
    const whole = this.decoded ? decodeBody(raw, codings, exchange.host) : raw
    this.body = Number.isFinite(maxBytes) ? bounded(whole, maxBytes, exchange.host) : whole
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

/** Counted as they come, not by what the head says: a reader may take the beginning of something long, and go. */
async function* bounded(
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
  host: string,
): AsyncGenerator<Uint8Array, undefined> {
  let byteLength = 0
  for await (const chunk of body) {
    byteLength += chunk.length
    if (byteLength > maxBytes) {
      const why = `It is longer than ${maxBytes} bytes.`
      throw new AnswerTooLargeError(`The answer of ${host} is too large.`, { why })
    }
    yield chunk
  }
}

/** Content-Length, when it is one. */
export function contentLengthOf(headers: ReadonlyMap<string, string>): number | null {
  const length = headers.get('content-length') ?? ''
  return /^\d{1,15}$/.test(length) ? Number(length) : null
}
