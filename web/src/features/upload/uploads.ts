import { ExternalStore } from '../../lib/external-store.ts'
import type { Fault } from '../../lib/problem-error.ts'
import { t } from '../../strings/strings.ts'
import { Transfer } from './transfer.ts'
import { TransferRate } from './transfer-rate.ts'
import { uploadFault } from './upload-fault.ts'

export type UploadPhase = 'waiting' | 'sending' | 'paused' | 'failed' | 'sent'

export interface UploadRow {
  readonly id: number
  readonly name: string
  readonly byteLength: number
  readonly phase: UploadPhase
  readonly sentBytes: number
  readonly bytesPerSec: number
  /** Nothing goes out now: the connection is lost and tried again. */
  readonly isCut: boolean
  /** Where it went on, when an earlier attempt had brought something. */
  readonly resumedAtBytes: number | null
  readonly fault: Fault | null
  /** Known when all is sent. */
  readonly videoId: string | null
}

interface Entry {
  row: UploadRow
  readonly transfer: Transfer
  readonly rate: TransferRate
}

/** Two fill any line; more would only make each slower. */
const SENT_AT_ONCE = 2
/** At most four updates a second per row. */
const TELL_MS = 250

/** All files on their way to the server. It lives beside the pages: leaving the upload page stops nothing. */
class Uploads {
  /** Advised by the server. */
  chunkBytes: number | undefined
  readonly rows = new ExternalStore<readonly UploadRow[]>([])
  readonly #entries = new Map<number, Entry>()
  #lastId = 0
  #tellTimer = 0

  add(files: readonly File[]): void {
    for (const file of files) this.#add(file)
    this.#startNext()
    this.#tell()
  }

  pause(id: number): void {
    this.#entries
      .get(id)
      ?.transfer.pause()
      .catch(() => undefined)
    this.#set(id, { phase: 'paused', bytesPerSec: 0 })
    this.#startNext()
  }

  /** Also tries a failed one again. */
  resume(id: number): void {
    this.#entries.get(id)?.rate.reset()
    this.#set(id, { phase: 'waiting', fault: null })
    this.#startNext()
  }

  cancel(id: number): void {
    const entry = this.#entries.get(id)
    if (entry && entry.row.phase !== 'sent') void entry.transfer.cancel()
    this.dismiss(id)
  }

  /** Takes the row out of the list; the video stays. */
  dismiss(id: number): void {
    this.#entries.delete(id)
    this.#startNext()
    this.#tell()
  }

  resumeAll(rows: readonly UploadRow[]): void {
    for (const { id } of rows) this.resume(id)
  }

  dismissAll(rows: readonly UploadRow[]): void {
    for (const { id } of rows) this.dismiss(id)
  }

  #add(file: File): void {
    const id = ++this.#lastId
    const rate = new TransferRate()
    const transfer = new Transfer(file, this.chunkBytes, {
      onResumed: (sentBytes) => this.#set(id, { resumedAtBytes: sentBytes }),
      onProgress: (sentBytes) => {
        rate.add(sentBytes, performance.now())
        this.#set(id, { sentBytes, bytesPerSec: rate.bytesPerSec, isCut: false })
      },
      onCut: () => {
        rate.reset()
        this.#set(id, { bytesPerSec: 0, isCut: true })
      },
      onDone: (videoId) => {
        const fault = videoId === null ? { code: 'no-video-id', ...t.upload.faults.noVideoId } : null
        this.#set(id, { phase: 'sent', sentBytes: file.size, bytesPerSec: 0, videoId, fault })
        this.#startNext()
      },
      onFailed: (error) => {
        this.#set(id, { phase: 'failed', bytesPerSec: 0, fault: uploadFault(error) })
        this.#startNext()
      },
    })
    const fresh = { sentBytes: 0, bytesPerSec: 0, isCut: false, resumedAtBytes: null, fault: null, videoId: null }
    this.#entries.set(id, {
      row: { id, name: file.name, byteLength: file.size, phase: 'waiting', ...fresh },
      transfer,
      rate,
    })
  }

  #startNext(): void {
    const entries = [...this.#entries.values()]
    const free = SENT_AT_ONCE - entries.filter(({ row }) => row.phase === 'sending').length
    for (const { row, transfer } of entries.filter(({ row }) => row.phase === 'waiting').slice(0, Math.max(0, free))) {
      this.#set(row.id, { phase: 'sending' })
      transfer.start().catch((error: unknown) => this.#set(row.id, { phase: 'failed', fault: uploadFault(error) }))
    }
  }

  #set(id: number, part: Partial<UploadRow>): void {
    const entry = this.#entries.get(id)
    if (!entry) return
    entry.row = { ...entry.row, ...part }
    if (part.phase) this.#tell()
    else this.#tellSoon()
  }

  #tellSoon(): void {
    if (this.#tellTimer === 0) this.#tellTimer = window.setTimeout(() => this.#tell(), TELL_MS)
  }

  #tell(): void {
    clearTimeout(this.#tellTimer)
    this.#tellTimer = 0
    this.rows.set([...this.#entries.values()].map(({ row }) => row))
  }
}

export const uploads = new Uploads()

/** Leaving while bytes are on their way is asked about; what was sent stays on the server in any case. */
addEventListener('beforeunload', (event) => {
  if (uploads.rows.get().some(({ phase }) => phase === 'sending' || phase === 'waiting')) event.preventDefault()
})
