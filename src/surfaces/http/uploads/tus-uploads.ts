import { randomBytes } from 'node:crypto'
import { mkdir, open, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { FileStore } from '@tus/file-store'
import type { Server, Upload } from '@tus/server'
import { InvalidInputError, NotMediaError } from '#domain/errors.ts'
import type { Events } from '#domain/events.ts'
import { Mutex } from '#lib/concurrency/mutex.ts'
import { syncFolder } from '#lib/durable-file/sync-folder.ts'
import { stripControls } from '#lib/file-name/strip-controls.ts'
import { UPLOAD_VIDEO_ID_HEADER, UPLOADS_PATH } from '../contract/addresses.ts'
import type { LibraryActions } from '../http-ports.ts'
import { RequestRefusedError } from '../request-refused-error.ts'
import { IdleUploads } from './idle-uploads.ts'
import { assertRoomFor } from './upload-admission.ts'
import { ProblemServer } from './problem-server.ts'
import { UPLOAD_ID, type UploadRecord, UploadRecords } from './upload-records.ts'

export interface UploadSettings {
  readonly dir: string
  readonly maxUploadBytes: number
  readonly maxOpenUploads: number
  readonly idleUploadMs: number
}

export interface UploadPorts {
  readonly library: Pick<LibraryActions, 'register'>
  readonly events: Events
}

const MAX_NAME_LENGTH = 500
export const IDLE_LOOK_MS = 3_600_000
/** Instead of a length. */
const GONE = -1

/**
 * Resumable uploads (tus 1.0). A finished one becomes a video exactly once, also when the server dies between its last
 * byte and the catalog: registering is repeated at the next start and is idempotent by the upload's id.
 */
export class TusUploads {
  readonly #ports: UploadPorts
  readonly #settings: UploadSettings
  readonly #records: UploadRecords
  readonly #idle: IdleUploads
  readonly #tus: Server
  /** Uploads that still want bytes, with their whole size. */
  readonly #open = new Map<string, number>()
  readonly #finishing = new Map<string, Promise<string>>()
  /** Promised, but not yet on disk under an id. */
  #admittingBytes = 0
  readonly #admission = new Mutex()

  constructor(ports: UploadPorts, settings: UploadSettings) {
    this.#ports = ports
    this.#settings = settings
    this.#records = new UploadRecords(settings.dir)
    this.#idle = new IdleUploads(join(settings.dir, 'idle.json'))
    const options = {
      path: UPLOADS_PATH,
      datastore: new FileStore({ directory: settings.dir }),
      maxSize: settings.maxUploadBytes,
      relativeLocation: true,
      // Pages of other sites get no permission from us; the default would give it to all.
      allowedOrigins: [],
      disableTerminationForFinishedUploads: true,
      namingFunction: () => randomBytes(16).toString('hex'),
      getFileIdFromRequest: (_request: unknown, id?: string) =>
        id !== undefined && UPLOAD_ID.test(id) ? id : undefined,
      onUploadCreate: async (_request: unknown, { id, size = 0 }: Upload) => {
        this.#open.set(id, size)
        return {}
      },
      onUploadFinish: async (_request: unknown, { id }: Upload) => ({
        headers: { [UPLOAD_VIDEO_ID_HEADER]: await this.#finish(id) },
      }),
    }
    this.#tus = new ProblemServer(options, ports.events)
  }

  /** Takes up what an earlier run left: finished uploads become videos. */
  async start(): Promise<void> {
    await mkdir(this.#settings.dir, { recursive: true })
    for (const id of await this.#records.ids()) await this.#takeUp(id).catch((error) => this.#tell(id, error))
  }

  async #takeUp(id: string): Promise<void> {
    const record = await this.#records.read(id)
    const received = await this.#records.received(id)
    if (!record && received && received.byteLength > 0) {
      // Of a video, maybe, that waits for them in the catalog: time will tell, see `removeIdle`.
      throw new InvalidInputError('Nobody knows whose the bytes of an upload are: what was noted of it is damaged.')
    }
    if (!record || (!received && !record.videoId)) await this.#records.remove(id)
    else if (!record.videoId && received?.byteLength === record.size) await this.#finish(id)
    else if (!record.videoId) this.#open.set(id, record.size)
  }

  /** What is wrong with one upload ends nothing else. */
  #tell(uploadId: string, error: unknown): void {
    const message = 'An upload of an earlier run could not be taken up.'
    this.#ports.events.emit({ kind: 'note', level: 'error', message, fields: { uploadId, error } })
  }

  /** What open uploads have still to bring. */
  async reservedBytes(): Promise<number> {
    let bytes = this.#admittingBytes
    for (const [id, size] of this.#open) {
      const received = await this.#records.received(id)
      // One whose bytes are gone is just being given up.
      if (received) bytes += size - received.byteLength
    }
    return bytes
  }

  /**
   * To be called every IDLE_LOOK_MS: removes uploads that got nothing for so many of these calls as make `idleUploadMs`, and
   * the records of those that became videos as long ago.
   */
  async removeIdle(): Promise<void> {
    const byteLengths = new Map<string, number>()
    for (const id of await this.#records.ids())
      byteLengths.set(id, (await this.#records.received(id))?.byteLength ?? GONE)
    for (const [id, looks] of await this.#idle.look(byteLengths)) {
      // The first look saw it for no time at all.
      if ((looks - 1) * IDLE_LOOK_MS < this.#settings.idleUploadMs) continue
      const isTaken = ((await this.#records.read(id))?.videoId ?? null) !== null
      // The bytes of a registered upload belong to its ingest.
      if (isTaken && byteLengths.get(id) !== GONE) continue
      await this.#records.remove(id)
      this.#open.delete(id)
    }
  }

  /** Answers any request below /api/uploads. Throws ProductError before anything was answered. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'POST') return await this.#create(request, response)
    const id = request.url?.split('?')[0]?.slice(UPLOADS_PATH.length + 1) ?? ''
    if (request.method === 'HEAD' && (await this.#answeredAsDone(id, response))) return
    await this.#tus.handle(request, response)
    if (request.method === 'DELETE' && !(await this.#records.received(id).catch(() => null))) this.#open.delete(id)
  }

  async #create(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const byteLength = declaredLength(request)
    await this.#admission.run(() => this.#admit(byteLength))
    try {
      await this.#tus.handle(request, response)
    } finally {
      this.#admittingBytes -= byteLength
    }
  }

  /** One at a time: what the disk has free may be promised once only. */
  async #admit(byteLength: number): Promise<void> {
    const { bavail, blocks, bsize } = await statfs(this.#settings.dir)
    const reservedBytes = await this.reservedBytes()
    assertRoomFor(byteLength, {
      ...this.#settings,
      openUploads: this.#open.size,
      freeBytes: bavail * bsize,
      totalBytes: blocks * bsize,
      reservedBytes,
    })
    this.#admittingBytes += byteLength
  }

  /** A client whose last answer got lost asks again: it must not send a film twice because the ingest was fast. */
  async #answeredAsDone(id: string, response: ServerResponse): Promise<boolean> {
    if (!UPLOAD_ID.test(id)) return false
    const record = await this.#records.read(id)
    if (!record) return false
    const received = await this.#records.received(id)
    if (!record.videoId && received?.byteLength !== record.size) return false
    const videoId = record.videoId ?? (await this.#finish(id))
    response.writeHead(200, {
      'tus-resumable': '1.0.0',
      'cache-control': 'no-store',
      'upload-offset': String(record.size),
      'upload-length': String(record.size),
      [UPLOAD_VIDEO_ID_HEADER]: videoId,
    })
    response.end()
    return true
  }

  /** The id of the video that this upload became; makes it now when nobody did. */
  #finish(id: string): Promise<string> {
    const running = this.#finishing.get(id)
    if (running) return running
    const finishing = this.#register(id).finally(() => this.#finishing.delete(id))
    this.#finishing.set(id, finishing)
    return finishing
  }

  async #register(id: string): Promise<string> {
    const record = await this.#records.read(id)
    if (!record) throw new InvalidInputError('There is no such upload.')
    if (record.videoId) return record.videoId
    const path = this.#records.pathOf(id)
    await sync(path)
    await syncFolder(this.#settings.dir)
    const { videoId } = await this.#ports.library.register({ path, owned: true, uploadId: id, ...namesOf(record) })
    await this.#records.markRegistered(record, videoId)
    this.#open.delete(id)
    return videoId
  }
}

/** The names are texts for people and never become part of a path. */
function namesOf({ metadata }: UploadRecord): { originalFilename: string; title?: string } {
  const clean = (text: string | null | undefined) =>
    stripControls(text ?? '')
      .trim()
      .slice(0, MAX_NAME_LENGTH)
  const title = clean(metadata.title)
  return { originalFilename: clean(metadata.filename) || 'video', ...(title && { title }) }
}

function declaredLength({ headers }: IncomingMessage): number {
  const text = headers['upload-length']
  if (typeof text !== 'string' || !/^\d{1,15}$/.test(text)) {
    throw new RequestRefusedError('bad-request', 'Upload-Length must say how long the file is.')
  }
  if (Number(text) === 0)
    throw new NotMediaError('The file is empty.', {
      why: 'It has 0 bytes.',
      fix: 'Look where it came from: its copy was cut short.',
    })
  return Number(text)
}

/**
 * After the last byte was acknowledged, a power cut must not take it back. Bytes that could not be made safe go, and the
 * client is asked for all again: a second attempt may succeed without them (fsync(2), errors).
 */
async function sync(path: string): Promise<void> {
  await using file = await open(path, 'r+')
  try {
    await file.sync()
  } catch (error) {
    await file.truncate(0).catch(() => {})
    throw error
  }
}
