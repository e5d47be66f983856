import type { IncomingMessage } from 'node:http'
import { ApiFailure, badRequest } from './api-failure.ts'
import { Args } from './args.ts'
import type { FileSink } from './file-content.ts'
import { MultipartParser, type PartHeader } from './multipart.ts'
import type { Pace } from './pacing.ts'

export interface ReadOptions {
  readonly pace: Pace
  readonly uploadLimitBytes: number
  readonly openSink: () => Promise<FileSink>
  readonly signal: AbortSignal
  /** A file begins: what came before it is known. Answers after how many of its bytes the reading ends. */
  readonly onFile: (args: Args) => number | undefined
  readonly onBytes: (byteLength: number) => void
}

/** The reading was told to end here. */
export class CutHere extends Error {}

/** Values other than files are short. */
const MAX_FIELD_BYTES = 1024 * 1024

/** Parameters of the address and of the body, in any of the forms that Telegram takes. Reads the body to its end. */
export async function readArgs(request: IncomingMessage, query: URLSearchParams, options: ReadOptions): Promise<Args> {
  const args = new Args()
  for (const [name, value] of query) args.set(name, value)
  const contentType = request.headers['content-type'] ?? ''
  if (/^multipart\/form-data/i.test(contentType)) await readMultipart(request, contentType, args, options)
  else readFields(contentType, await readAll(request, options), args)
  return args
}

async function readMultipart(
  request: IncomingMessage,
  contentType: string,
  args: Args,
  options: ReadOptions,
): Promise<void> {
  const parts = new PartReader(args, options)
  const parser = new MultipartParser(contentType, parts)
  try {
    for await (const chunk of bodyOf(request)) {
      options.onBytes(chunk.length)
      const paced = options.pace.passed(chunk.length, options.signal)
      if (paced) await paced
      await parser.push(chunk)
    }
    parser.end()
    parts.check()
  } catch (error) {
    await parts.abort()
    throw error
  }
}

/** Puts fields and files where they belong as they come in. */
class PartReader {
  readonly #args: Args
  readonly #options: ReadOptions
  #header: PartHeader | undefined
  #field: Buffer[] = []
  #bytes = 0
  #sink: FileSink | undefined
  #cutAt: number | undefined
  #tooLarge = false

  constructor(args: Args, options: ReadOptions) {
    this.#args = args
    this.#options = options
  }

  async part(header: PartHeader): Promise<void> {
    this.#header = header
    this.#field = []
    this.#bytes = 0
    if (header.fileName === undefined) return
    this.#cutAt = this.#options.onFile(this.#args)
    this.#sink = await this.#options.openSink()
  }

  data(chunk: Buffer): Promise<void> | void {
    this.#bytes += chunk.length
    if (this.#cutAt !== undefined && this.#bytes >= this.#cutAt) throw new CutHere()
    if (!this.#sink) {
      if (this.#bytes > MAX_FIELD_BYTES) throw badRequest('field is too long')
      this.#field.push(chunk)
      return
    }
    if (this.#bytes > this.#options.uploadLimitBytes) {
      this.#tooLarge = true
      return
    }
    return this.#sink.write(chunk)
  }

  async partEnd(): Promise<void> {
    const header = this.#header
    if (!header) return
    if (!this.#sink) {
      this.#args.set(header.name, Buffer.concat(this.#field).toString('utf8'))
      return
    }
    const content = await this.#sink.end()
    this.#sink = undefined
    if (this.#cutAt !== undefined) throw new CutHere()
    this.#args.setFile(header.name, { name: header.fileName ?? '', mimeType: header.mimeType, content })
  }

  check(): void {
    if (this.#tooLarge) throw new ApiFailure(413, 'Request Entity Too Large')
  }

  async abort(): Promise<void> {
    await this.#sink?.abort()
    for (const { content } of this.#args.files) await content.remove()
  }
}

async function readAll(request: IncomingMessage, { onBytes }: ReadOptions): Promise<Buffer> {
  const chunks: Buffer[] = []
  let byteLength = 0
  for await (const chunk of bodyOf(request)) {
    onBytes(chunk.length)
    byteLength += chunk.length
    if (byteLength <= MAX_FIELD_BYTES) chunks.push(chunk)
  }
  if (byteLength > MAX_FIELD_BYTES) throw new ApiFailure(413, 'Request Entity Too Large')
  return Buffer.concat(chunks)
}

function readFields(contentType: string, body: Buffer, args: Args): void {
  if (body.length === 0) return
  if (/^application\/x-www-form-urlencoded/i.test(contentType)) {
    for (const [name, value] of new URLSearchParams(body.toString('utf8'))) args.set(name, value)
    return
  }
  if (!/^application\/json/i.test(contentType)) return
  for (const [name, value] of Object.entries(parseObject(body))) args.set(name, value)
}

function parseObject(body: Buffer): object {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    if (typeof value === 'object' && value !== null) return value
  } catch {
    // Said below.
  }
  throw badRequest("can't parse JSON object")
}

/** Whoever stops reading may still answer. */
function bodyOf(request: IncomingMessage): AsyncIterable<Buffer> {
  return request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>
}
