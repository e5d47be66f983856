import { Upload } from 'tus-js-client'
import { UPLOAD_VIDEO_ID_HEADER, UPLOADS_PATH } from '../../../../src/surfaces/http/contract/addresses.ts'
import { statusOf } from './upload-fault.ts'

export interface TransferEvents {
  onProgress(sentBytes: number): void
  /** Bytes that an earlier attempt had brought. */
  onResumed(sentBytes: number): void
  /** The connection is lost; it is tried again. */
  onCut(): void
  onDone(videoId: string | null): void
  onFailed(error: unknown): void
}

const DEFAULT_CHUNK_BYTES = 8 * 1024 * 1024
/** Below this a proxy that still refuses is not about size. */
const MIN_CHUNK_BYTES = 256 * 1024
/** About two minutes: a server that starts anew, a line that comes back. */
const RETRY_DELAYS_MS = [0, 500, 1500, 3000, 5000, ...Array<number>(11).fill(10_000)]

/** One file on its way by tus: goes on where an earlier attempt stopped, with smaller pieces where a proxy wants them. */
export class Transfer {
  readonly #file: File
  readonly #events: TransferEvents
  #chunkBytes: number
  #upload: Upload | null = null

  constructor(file: File, chunkBytes: number | undefined, events: TransferEvents) {
    this.#file = file
    this.#chunkBytes = chunkBytes ?? DEFAULT_CHUNK_BYTES
    this.#events = events
  }

  async start(): Promise<void> {
    const upload = this.#make()
    this.#upload = upload
    const [previous] = await upload.findPreviousUploads()
    if (this.#upload !== upload) return
    if (previous) upload.resumeFromPreviousUpload(previous)
    upload.start()
  }

  async pause(): Promise<void> {
    const upload = this.#upload
    this.#upload = null
    await upload?.abort()
  }

  /** Ends it for good: what was sent is removed on the server, too. */
  async cancel(): Promise<void> {
    const upload = this.#upload ?? this.#make()
    this.#upload = null
    await upload.abort(upload.url !== null).catch(() => undefined)
  }

  #make(): Upload {
    let first = true
    return new Upload(this.#file, {
      endpoint: UPLOADS_PATH,
      chunkSize: this.#chunkBytes,
      retryDelays: RETRY_DELAYS_MS,
      removeFingerprintOnSuccess: true,
      metadata: { filename: this.#file.name },
      onShouldRetry: (error) => {
        const again = isPassing(statusOf(error))
        if (again) this.#events.onCut()
        return again
      },
      onProgress: (sentBytes) => {
        if (first && sentBytes > 0) this.#events.onResumed(sentBytes)
        first = false
        this.#events.onProgress(sentBytes)
      },
      onSuccess: ({ lastResponse }) => this.#events.onDone(lastResponse.getHeader(UPLOAD_VIDEO_ID_HEADER) ?? null),
      onError: (error) => this.#failed(error),
    })
  }

  #failed(error: unknown): void {
    const wasSending = this.#upload?.url !== null
    this.#upload = null
    if (statusOf(error) === 413 && wasSending && this.#chunkBytes > MIN_CHUNK_BYTES) {
      this.#chunkBytes = Math.max(MIN_CHUNK_BYTES, Math.floor(this.#chunkBytes / 4))
      void this.start().catch((cause: unknown) => this.#events.onFailed(cause))
    } else this.#events.onFailed(error)
  }
}

/** No answer, a locked upload, a server that is busy or restarting: worth another try. */
function isPassing(status: number): boolean {
  return status === 0 || status === 409 || status === 423 || status === 429 || (status >= 500 && status !== 507)
}
