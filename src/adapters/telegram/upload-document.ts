import { randomBytes } from 'node:crypto'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { BlobDamagedError } from '#domain/errors.ts'
import { errorOfAnswer, errorOfFault, errorOfTimeout, type TelegramError } from './api-error.ts'
import { readAnswer, startRequest, textOf } from './api-transport.ts'
import type { Clock } from './clock.ts'
import { StallGuard } from './stall-guard.ts'

export interface DocumentToSend {
  /** Neutral: `<nonce>.bin`. */
  readonly fileName: string
  readonly byteLength: number
  open(signal?: AbortSignal): AsyncIterable<Uint8Array>
  readonly caption: string
  /** Waited for with all but the last bytes on their way; its signal aborts when the connection has ended by itself. */
  beforeLastByte?(signal: AbortSignal): Promise<void>
}

export interface Upload {
  /** For messages to people: `sendDocument by BOT_TOKEN_2`. */
  readonly call: string
  readonly root: URL
  readonly path: string
  readonly fields: Readonly<Record<string, string>>
  readonly document: DocumentToSend
  readonly clock: Clock
  readonly signal: AbortSignal | undefined
  /** Told of every piece that was handed over. */
  onBytes(byteLength: number): void
  /** The last byte is about to be handed over: from here on the service may act. */
  onLastByte(): void
}

/** The slowest line that is worth waiting for, and what the service may take on top (telegram.md §5). */
const SLOWEST_BYTES_PER_SEC = 100_000
const ANSWER_MS = 60_000
const STALL_MS = 30_000

/** Handed over at a time: a line that moves one in less than STALL_MS is not stalled. */
const PIECE_BYTES = 262_144

/**
 * One multipart POST, streamed, with a Content-Length. Not done by grammY: it streams files without a length (chunked), which
 * front ends buffer or refuse, and its node-fetch copies every byte through two more streams.
 * Resolves with `result`. Throws TelegramError, the source's own error, BlobDamagedError when the source has another
 * length than it said, the signal's reason.
 */
export async function uploadDocument(upload: Upload): Promise<unknown> {
  const { document, signal } = upload
  signal?.throwIfAborted()
  const boundary = `telereel-${randomBytes(18).toString('base64url')}`
  const head = Buffer.from(headOf(upload, boundary))
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`)
  const request = startRequest({
    root: upload.root,
    method: 'POST',
    path: upload.path,
    headers: {
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'content-length': head.byteLength + document.byteLength + tail.byteLength,
    },
  })
  return new Exchange(upload, request).run(head, tail)
}

class Exchange {
  readonly #upload: Upload
  readonly #request: ClientRequest
  readonly #answered: Promise<IncomingMessage>
  #hasAnswer = false
  #lastByteSent = false
  #ended: { readonly error: unknown } | undefined
  /** Who waits for the line to take more, or to end. */
  #wake: () => void = () => {}

  constructor(upload: Upload, request: ClientRequest) {
    this.#upload = upload
    this.#request = request
    this.#answered = new Promise((resolve, reject) => {
      request.once('response', (response) => {
        this.#hasAnswer = true
        resolve(response)
        this.#wake()
      })
      const onEnd = (error?: unknown) => {
        this.#ended ??= { error: this.#fault(error) }
        reject(this.#ended.error)
        this.#wake()
      }
      request.on('error', onEnd)
      request.once('close', onEnd)
    })
    this.#answered.catch(() => {}) // Looked at later; until then it is nobody's.
  }

  async run(head: Buffer, tail: Buffer): Promise<unknown> {
    const { clock, signal, document } = this.#upload
    const onAbort = () => this.#stop(signal?.reason)
    signal?.addEventListener('abort', onAbort, { once: true })
    using guard = new StallGuard(clock, STALL_MS, () => this.#stop(this.#timeout('no byte moved for 30 seconds')))
    const limit = new AbortController()
    const limitMs = ANSWER_MS + (document.byteLength / SLOWEST_BYTES_PER_SEC) * 1000
    void this.#stopAfter(limitMs, 'it took too long', limit.signal)
    try {
      await this.#sendBody(head, guard)
      if (!this.#hasAnswer) await this.#untilLastByte()
      if (!this.#hasAnswer) {
        this.#upload.onLastByte()
        this.#lastByteSent = true
        this.#request.end(tail)
        void this.#stopAfter(ANSWER_MS, 'no answer for 60 seconds', limit.signal)
      }
      return await this.#readAnswer()
    } finally {
      limit.abort()
      signal?.removeEventListener('abort', onAbort)
      if (!this.#lastByteSent) this.#request.destroy()
    }
  }

  /** Ends early, and quietly, when the service answers before it has everything: it has made up its mind. */
  async #sendBody(head: Buffer, guard: StallGuard): Promise<void> {
    this.#request.write(head)
    for await (const piece of piecesOf(this.#upload.document, this.#upload.signal)) {
      if (this.#ended) throw this.#ended.error
      if (!this.#hasAnswer) await this.#handOver(piece, guard)
      if (this.#hasAnswer) return
      this.#upload.onBytes(piece.byteLength)
    }
  }

  /** Resolves when the memory of the piece may be used again, or it was answered; throws when it is at its end. */
  async #handOver(piece: Uint8Array, guard: StallGuard): Promise<void> {
    guard.wait()
    await new Promise<void>((wake) => {
      this.#wake = wake
      this.#request.write(piece, () => wake())
    })
    guard.rest()
    if (this.#ended && !this.#hasAnswer) throw this.#ended.error
  }

  /** An answer that comes meanwhile is as good; a connection that ends is not. */
  async #untilLastByte(): Promise<void> {
    const { document } = this.#upload
    if (!document.beforeLastByte) return
    const ended = new AbortController()
    const isDue = document.beforeLastByte(ended.signal)
    isDue.catch(() => {}) // When the connection ended, nobody waits for it any more.
    try {
      await Promise.race([isDue, this.#answered])
    } finally {
      ended.abort()
    }
    if (this.#ended && !this.#hasAnswer) throw this.#ended.error
  }

  async #readAnswer(): Promise<unknown> {
    const response = await this.#answered
    const status = response.statusCode ?? 0
    const text = await textOf(response).catch((error: unknown) => {
      throw this.#ended?.error ?? this.#fault(error)
    })
    const answer = readAnswer(status, response.headers['retry-after'], text)
    if (answer.ok) {
      if (this.#lastByteSent) return answer.result
      throw this.#timeout('it was answered before it was sent')
    }
    throw errorOfAnswer(this.#upload.call, answer)
  }

  async #stopAfter(ms: number, what: string, signal: AbortSignal): Promise<void> {
    try {
      await this.#upload.clock.sleep(ms, signal)
    } catch {
      return
    }
    this.#stop(this.#timeout(what))
  }

  #stop(error: unknown): void {
    this.#ended ??= { error }
    this.#request.destroy()
  }

  #fault(error: unknown): TelegramError {
    return errorOfFault(this.#upload.call, error, this.#lastByteSent)
  }

  #timeout(what: string): TelegramError {
    return errorOfTimeout(this.#upload.call, what, this.#lastByteSent)
  }
}

async function* piecesOf(document: DocumentToSend, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  let left = document.byteLength
  for await (const chunk of document.open(signal)) {
    left -= chunk.byteLength
    if (left < 0) break
    for (let at = 0; at < chunk.byteLength; at += PIECE_BYTES) yield chunk.subarray(at, at + PIECE_BYTES)
  }
  if (left === 0) return
  throw new BlobDamagedError(`The bytes to send are ${left < 0 ? 'more' : 'fewer'} than announced.`)
}

function headOf({ fields, document }: Upload, boundary: string): string {
  const parts = Object.entries(fields).map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  const file = `Content-Disposition: form-data; name="document"; filename="${safeName(document.fileName)}"`
  return `${parts.join('')}--${boundary}\r\n${file}\r\nContent-Type: application/octet-stream\r\n\r\n`
}

function safeName(name: string): string {
  return name.replace(/[^\w.-]/g, '_')
}
