import type { Recording } from '#domain/recording.ts'
import type { InitWish } from '../hls/segment-wish.ts'
import { fetchBytes, type FetchTools } from './fetch-bytes.ts'
import type { FetchPorts } from './fetch-ports.ts'
import type { KeyCache } from './key-cache.ts'
import { SegmentSink } from './segment-sink.ts'

const MAX_INIT_BYTES = 32 * 1024 * 1024

/** Init sections of a recording; each is fetched once, also when many need it at the same time. */
export class InitSections {
  readonly #fetching = new Map<string, Promise<string>>()
  readonly #recording: Recording
  readonly #keys: KeyCache
  readonly #ports: FetchPorts
  readonly #tools: FetchTools

  constructor(recording: Recording, keys: KeyCache, ports: FetchPorts, tools: FetchTools) {
    this.#recording = recording
    this.#keys = keys
    this.#ports = ports
    this.#tools = tools
  }

  /** The name of its file. */
  get(wish: InitWish): Promise<string> {
    const there = this.#recording.initFile(wish.key)
    if (there !== null) return Promise.resolve(there)
    const known = this.#fetching.get(wish.key)
    if (known) return known
    const fetching = this.#fetch(wish)
    this.#fetching.set(wish.key, fetching)
    fetching.catch(() => {}).finally(() => this.#fetching.delete(wish.key))
    return fetching
  }

  async #fetch({ key, url, byteRange, decryption }: InitWish): Promise<string> {
    await using sink = new SegmentSink({
      recording: this.#recording,
      ports: this.#ports,
      expected: 'media',
      decryption: decryption && { key: await this.#keys.get(decryption.url), ivHex: decryption.ivHex },
      maxBytes: MAX_INIT_BYTES,
    })
    await fetchBytes({ url, byteRange, maxBytes: MAX_INIT_BYTES }, sink, this.#tools)
    await sink.commit({ kind: 'init', key })
    const file = this.#recording.initFile(key)
    if (file === null) throw new Error('A committed init section is there.')
    return file
  }
}
