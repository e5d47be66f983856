import { RemoteBrokenError } from '#domain/errors.ts'
import type { NewInit, NewSegment, Recording, RecordingFile } from '#domain/recording.ts'
import type { ByteSink } from './fetch-bytes.ts'
import type { Decipher, FetchPorts, Inflater } from './fetch-ports.ts'
import { freeChunk } from './free-chunk.ts'
import { SegmentShape } from './segment-shape.ts'
import { isGzip, looksLikeText } from './sniff.ts'

/** What the bytes should turn out to be. Subtitles are text, and may be nothing at all. */
export type Expected = 'media' | 'text'

/** So many bytes tell what it is. */
const SNIFF_BYTES = 64

interface SinkTools {
  readonly recording: Pick<Recording, 'createFile'>
  readonly ports: Pick<FetchPorts, 'newDecipher' | 'newInflater'>
  readonly expected: Expected
  readonly decryption: { readonly key: Uint8Array; readonly ivHex: string } | null
  readonly maxBytes: number
}

/** Bytes of a segment on their way to its file: decrypted, decompressed when they are compressed without saying so, looked at. */
export class SegmentSink implements ByteSink, AsyncDisposable {
  readonly #tools: SinkTools
  #file: RecordingFile | null = null
  #decipher: Decipher | null = null
  #inflater: Inflater | null = null
  #shape = new SegmentShape()
  /** The first bytes, until there are enough to tell; null afterwards. */
  #head: Uint8Array | null = null

  constructor(tools: SinkTools) {
    this.#tools = tools
  }

  get byteLength(): number {
    return this.#file?.byteLength ?? 0
  }

  async begin(): Promise<void> {
    const { recording, ports, decryption } = this.#tools
    await this.#file?.[Symbol.asyncDispose]()
    this.#file = await recording.createFile()
    this.#decipher = decryption && ports.newDecipher(decryption.key, decryption.ivHex)
    this.#inflater = null
    this.#shape = new SegmentShape()
    this.#head = new Uint8Array(0)
  }

  async write(chunk: Uint8Array): Promise<void> {
    if (!this.#decipher) return this.#plain(chunk)
    const plain = this.#decipher.update(chunk)
    await this.#plain(plain)
    freeChunk(plain)
  }

  async end(): Promise<void> {
    if (this.#decipher) await this.#plain(lastOf(this.#decipher))
    if (this.#head) await this.#decide(this.#head)
    if (this.#inflater) await this.#store(await undone(this.#inflater.end()))
    if (this.byteLength === 0 && this.#tools.expected === 'media') {
      throw new RemoteBrokenError('The server sent nothing where media should be.')
    }
    const torn = this.#tools.expected === 'media' ? this.#shape.end() : null
    if (torn !== null) throw new RemoteBrokenError('The server sent less than the whole.', { why: torn })
  }

  async commit(what: NewSegment | NewInit): Promise<void> {
    await this.#file?.commit(what)
  }

  async #plain(bytes: Uint8Array): Promise<void> {
    if (!this.#head) return this.#through(bytes)
    const head = joined(this.#head, bytes)
    this.#head = head
    if (head.byteLength >= SNIFF_BYTES) await this.#decide(head)
  }

  async #decide(head: Uint8Array): Promise<void> {
    this.#head = null
    if (isGzip(head)) this.#inflater = this.#tools.ports.newInflater(this.#tools.maxBytes)
    else if (this.#tools.expected === 'media' && looksLikeText(head.subarray(0, SNIFF_BYTES))) {
      throw new RemoteBrokenError('The server sent text where media should be.', {
        why: 'An error page with the status of a success, or the address has expired.',
      })
    }
    await this.#through(head)
  }

  async #through(bytes: Uint8Array): Promise<void> {
    await this.#store(this.#inflater ? await undone(this.#inflater.write(bytes)) : [bytes])
  }

  async #store(pieces: readonly Uint8Array[]): Promise<void> {
    for (const piece of pieces) {
      this.#shape.add(piece)
      await this.#file?.write(piece)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file?.[Symbol.asyncDispose]()
  }
}

function lastOf(decipher: Decipher): Uint8Array {
  try {
    return decipher.final()
  } catch (cause) {
    throw new RemoteBrokenError('The segment does not decrypt: its padding is wrong.', {
      why: 'The bytes or the key are not those that belong together.',
      cause,
    })
  }
}

async function undone(pieces: Promise<readonly Uint8Array[]>): Promise<readonly Uint8Array[]> {
  try {
    return await pieces
  } catch (cause) {
    throw new RemoteBrokenError('The segment is compressed, but does not decompress.', { cause })
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const all = new Uint8Array(a.byteLength + b.byteLength)
  all.set(a)
  all.set(b, a.byteLength)
  return all
}
