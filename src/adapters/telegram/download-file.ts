import type { ClientRequest, IncomingMessage } from 'node:http'
import { errorOfFault, errorOfFileLink, errorOfTimeout } from './api-error.ts'
import { readAnswer, startRequest, textOf } from './api-transport.ts'
import type { Clock } from './clock.ts'
import { StallGuard } from './stall-guard.ts'

export interface Download {
  /** For messages to people. */
  readonly call: string
  readonly root: URL
  readonly path: string
  /** Where to begin; the service may not heed it. */
  readonly offset: number
  readonly clock: Clock
  readonly signal: AbortSignal | undefined
  onBytes(byteLength: number): void
}

export interface DownloadedFile {
  readonly status: 200 | 206
  /** Where in the file the bytes begin: 0, unless the service gave the range that was asked for. */
  readonly offset: number
  /** Of the whole file; null when not said. */
  readonly byteLength: number | null
  /** Ends early only with an error. Whoever leaves early ends the transfer. */
  readonly bytes: AsyncIterable<Uint8Array>
}

const FIRST_BYTE_MS = 15_000
const STALL_MS = 30_000

/** One GET; resolves with the head of the answer. Throws TelegramError or the signal's reason, also while iterating. */
export async function downloadFile(download: Download): Promise<DownloadedFile> {
  const { response, transfer } = await begin(download, true)
  const status = response.statusCode ?? 0
  if (status === 200 || status === 206) {
    const place = placeOf(response, status)
    if (place && (status === 200 || place.offset === download.offset)) {
      return { status, ...place, bytes: transfer.bytes(response) }
    }
    transfer.end()
    throw errorOfTimeout(download.call, 'another range came than was asked for', false)
  }
  const text = await textOf(response).catch(() => '')
  transfer.end()
  const answer = readAnswer(status, response.headers['retry-after'], text)
  throw errorOfFileLink(download.call, answer.ok ? { status: 502, description: 'not a file' } : answer)
}

interface Begun {
  readonly response: IncomingMessage
  readonly transfer: Transfer
}

/** A kept connection may have been closed by the other side just now: a read is simply asked again, once. */
async function begin(download: Download, mayRepeat: boolean): Promise<Begun> {
  download.signal?.throwIfAborted()
  const { root, path, offset } = download
  const range: Record<string, string> = offset > 0 ? { range: `bytes=${offset}-` } : {}
  const request = startRequest({ root, method: 'GET', path, headers: { ...range, 'accept-encoding': 'identity' } })
  const transfer = new Transfer(download, request)
  try {
    return { response: await transfer.response(), transfer }
  } catch (error) {
    transfer.end()
    if (mayRepeat && request.reusedSocket && transfer.wasCut) return begin(download, false)
    throw error
  }
}

class Transfer {
  wasCut = false
  readonly #download: Download
  readonly #request: ClientRequest
  readonly #onAbort: () => void
  #ended: { readonly error: unknown } | undefined

  constructor(download: Download, request: ClientRequest) {
    this.#download = download
    this.#request = request
    this.#onAbort = () => this.#stop(download.signal?.reason)
    download.signal?.addEventListener('abort', this.#onAbort, { once: true })
  }

  async response(): Promise<IncomingMessage> {
    using guard = this.#guard(FIRST_BYTE_MS, 'no answer for 15 seconds')
    guard.wait()
    return await new Promise<IncomingMessage>((resolve, reject) => {
      this.#request.once('response', resolve)
      this.#request.on('error', (error) => {
        this.wasCut = this.#ended === undefined
        reject(this.#reason(error))
      })
      this.#request.end()
    })
  }

  async *bytes(response: IncomingMessage): AsyncGenerator<Uint8Array> {
    using guard = this.#guard(STALL_MS, 'no byte came for 30 seconds')
    try {
      guard.wait()
      for await (const chunk of response as AsyncIterable<Buffer>) {
        guard.rest()
        this.#download.onBytes(chunk.byteLength)
        yield chunk
        guard.wait()
      }
      // A connection that was aborted after the head may end the body without an error.
      if (this.#ended || !response.complete) throw this.#reason(undefined)
    } catch (error) {
      throw this.#reason(error)
    } finally {
      this.end()
      if (!response.complete) this.#request.destroy()
    }
  }

  end(): void {
    this.#download.signal?.removeEventListener('abort', this.#onAbort)
  }

  #guard(limitMs: number, what: string): StallGuard {
    const { clock, call } = this.#download
    return new StallGuard(clock, limitMs, () => this.#stop(errorOfTimeout(call, what, false)))
  }

  #stop(error: unknown): void {
    this.#ended ??= { error }
    this.#request.destroy()
  }

  #reason(error: unknown): unknown {
    return this.#ended ? this.#ended.error : errorOfFault(this.#download.call, error, false)
  }
}

function placeOf(
  response: IncomingMessage,
  status: 200 | 206,
): { offset: number; byteLength: number | null } | undefined {
  if (status === 200) return { offset: 0, byteLength: countOf(response.headers['content-length']) }
  const range = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(response.headers['content-range'] ?? '')
  return range ? { offset: Number(range[1]), byteLength: countOf(range[3]) } : undefined
}

function countOf(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null
}
