import { badRequest } from './api-failure.ts'

/** What is told of a multipart body as it comes in, part by part (RFC 7578). */
export interface MultipartEvents {
  /** A part begins; one with a file name is a file. */
  part(header: PartHeader): Promise<void> | void
  /** Bytes of the part that began last. */
  data(chunk: Buffer): Promise<void> | void
  partEnd(): Promise<void> | void
}

export interface PartHeader {
  readonly name: string
  readonly fileName: string | undefined
  readonly mimeType: string
}

const HEADER_END = Buffer.from('\r\n\r\n')
const MAX_HEADER_BYTES = 16 * 1024
const NOTHING: Buffer = Buffer.alloc(0)

type State = 'before-first' | 'after-boundary' | 'header' | 'data' | 'end'

/** Takes a body apart while it comes in; file bytes are passed on as they lie in the chunks, without a copy. */
export class MultipartParser {
  readonly #delimiter: Buffer
  readonly #events: MultipartEvents
  #state: State = 'before-first'
  /** What came but could not be judged yet. */
  #held = NOTHING

  constructor(contentType: string, events: MultipartEvents) {
    const boundary = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType)
    if (!boundary) throw badRequest('boundary of the multipart body is missing')
    this.#delimiter = Buffer.from(`\r\n--${boundary[1] ?? boundary[2]}`)
    this.#events = events
    // The first boundary may come without the line break that belongs to the others.
    this.#held = Buffer.from('\r\n')
  }

  async push(chunk: Buffer): Promise<void> {
    let rest = chunk
    while (rest.length > 0) rest = this.#state === 'data' ? await this.#data(rest) : await this.#between(rest)
  }

  /** To be called after the last chunk. */
  end(): void {
    if (this.#state !== 'end') throw badRequest('multipart body ends too early')
  }

  /** Everything that is not the content of a part is short: it is gathered until it is whole. */
  async #between(chunk: Buffer): Promise<Buffer> {
    if (this.#state === 'end') return NOTHING
    const all = this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : chunk
    this.#held = NOTHING
    if (this.#state === 'before-first') return this.#firstBoundary(all)
    if (this.#state === 'after-boundary') return this.#afterBoundary(all)
    return await this.#header(all)
  }

  #firstBoundary(all: Buffer): Buffer {
    const at = all.indexOf(this.#delimiter)
    if (at < 0) return this.#hold(all)
    this.#state = 'after-boundary'
    return all.subarray(at + this.#delimiter.length)
  }

  #afterBoundary(all: Buffer): Buffer {
    if (all.length < 2) return this.#hold(all)
    this.#state = all[0] === 0x2d && all[1] === 0x2d ? 'end' : 'header'
    // The line break stays: a part without any header begins with the empty line at once.
    return all
  }

  async #header(all: Buffer): Promise<Buffer> {
    const at = all.indexOf(HEADER_END)
    if (at < 0) return this.#hold(all)
    this.#state = 'data'
    await this.#events.part(parseHeader(all.toString('utf8', 0, at)))
    return all.subarray(at + HEADER_END.length)
  }

  async #data(chunk: Buffer): Promise<Buffer> {
    const overlap = this.#delimiter.length - 1
    if (this.#held.length > 0) {
      const heldBytes = this.#held.length
      const seam = Buffer.concat([this.#held, chunk.subarray(0, overlap)])
      const at = seam.indexOf(this.#delimiter)
      if (at >= 0) {
        await this.#partEnds(seam.subarray(0, at))
        return chunk.subarray(at + this.#delimiter.length - heldBytes)
      }
      if (chunk.length < overlap) {
        const passed = Math.max(0, seam.length - overlap)
        if (passed > 0) await this.#events.data(seam.subarray(0, passed))
        this.#held = seam.subarray(passed)
        return NOTHING
      }
      await this.#events.data(this.#held)
      this.#held = NOTHING
    }
    const at = chunk.indexOf(this.#delimiter)
    if (at >= 0) {
      await this.#partEnds(chunk.subarray(0, at))
      return chunk.subarray(at + this.#delimiter.length)
    }
    const passed = Math.max(0, chunk.length - overlap)
    if (passed > 0) await this.#events.data(chunk.subarray(0, passed))
    this.#held = chunk.subarray(passed)
    return NOTHING
  }

  async #partEnds(last: Buffer): Promise<void> {
    this.#held = NOTHING
    if (last.length > 0) await this.#events.data(last)
    this.#state = 'after-boundary'
    await this.#events.partEnd()
  }

  #hold(all: Buffer): Buffer {
    if (all.length > MAX_HEADER_BYTES) throw badRequest('multipart header is too long')
    this.#held = all
    return NOTHING
  }
}

function parseHeader(text: string): PartHeader {
  const disposition = /^content-disposition:(.*)$/im.exec(text)?.[1] ?? ''
  const name = parameter(disposition, 'name') ?? ''
  const fileName = parameter(disposition, 'filename')
  const extended = /filename\*=utf-8''([^;\s]+)/i.exec(disposition)?.[1]
  const mimeType = /^content-type:\s*([^;\r\n]+)/im.exec(text)?.[1]?.trim()
  return {
    name,
    fileName: extended === undefined ? fileName : decodeURIComponent(extended),
    mimeType: mimeType ?? 'application/octet-stream',
  }
}

/** With or without quotes: clients differ. */
function parameter(disposition: string, name: string): string | undefined {
  const [, quoted, bare] = new RegExp(`;\\s*${name}=(?:"([^"]*)"|([^;\\s]*))`, 'i').exec(disposition) ?? []
  return quoted ?? bare
}
