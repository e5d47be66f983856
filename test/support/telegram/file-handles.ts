import { createHash } from 'node:crypto'
import { ApiFailure, badRequest } from './api-failure.ts'
import type { Bot, Habits, StoredFile } from './entities.ts'

interface Link {
  readonly botId: number
  readonly file: StoredFile
  readonly untilMs: number
}

/** Which bot may fetch which file by which id and path. */
export class FileHandles {
  readonly #seed: string
  readonly #habits: Habits
  readonly #random: () => number
  readonly #byFileId = new Map<string, { botId: number; file: StoredFile }>()
  readonly #links = new Map<string, Link>()
  #lastLink = 0
  #lastFile = 0

  constructor(seed: string, habits: Habits, random: () => number) {
    this.#seed = seed
    this.#habits = habits
    this.#random = random
  }

  /** Each upload is a file of its own, also of equal bytes. */
  newUniqueId(): string {
    this.#lastFile += 1
    return `AgAD${this.#hash(`file ${this.#lastFile}`, 11)}`
  }

  /** The id by which this bot, and no other, may fetch the file. */
  fileId(bot: Bot, file: StoredFile): string {
    const fileId = `BQACAgIAAx${this.#hash(`${bot.id} ${file.uniqueId}`, 62)}`
    this.#byFileId.set(fileId, { botId: bot.id, file })
    return fileId
  }

  /** The file of an id; throws as `getFile` does. */
  find(bot: Bot, fileId: string | undefined): StoredFile {
    if (fileId === undefined) throw badRequest('file_id not specified')
    const known = this.#byFileId.get(fileId)
    if (known === undefined) throw badRequest('invalid file_id')
    if (known.botId !== bot.id && this.#random() >= this.#habits.foreignFileIdLuck) throw fileUnavailable()
    return known.file
  }

  /** The file of an id to be sent again; throws as `sendDocument` does. */
  findToSend(bot: Bot, fileId: string): StoredFile {
    const known = this.#byFileId.get(fileId)
    if (known === undefined) throw badRequest('wrong file identifier/HTTP URL specified')
    if (known.botId !== bot.id && this.#random() >= this.#habits.foreignFileIdLuck) {
      throw badRequest('wrong remote file identifier specified: Wrong string length')
    }
    return known.file
  }

  /** A path that this bot may fetch the file at for an hour. */
  newLink(bot: Bot, file: StoredFile, nowMs: number): string {
    this.#lastLink += 1
    const extension = /\.[a-z0-9]{1,8}$/i.exec(file.name)?.[0] ?? ''
    const path = `${FOLDERS[file.kind]}/file_${this.#lastLink}${extension}`
    this.#links.set(path, { botId: bot.id, file, untilMs: nowMs + this.#habits.fileLinkMs })
    return path
  }

  /** Throws 404 for a path that is unknown, another bot's or too old. */
  follow(bot: Bot, path: string, nowMs: number): StoredFile {
    const link = this.#links.get(path)
    if (!link || link.botId !== bot.id || nowMs >= link.untilMs) throw new ApiFailure(404, 'Not Found')
    return link.file
  }

  #hash(text: string, length: number): string {
    return createHash('sha512').update(`${this.#seed} ${text}`).digest('base64url').slice(0, length)
  }
}

/** What is said for another bot's id as well as for a download that fails at Telegram's. */
export function fileUnavailable(): ApiFailure {
  return badRequest('wrong file_id or the file is temporarily unavailable')
}

const FOLDERS = {
  document: 'documents',
  video: 'videos',
  audio: 'music',
  animation: 'animations',
  photo: 'photos',
} as const
