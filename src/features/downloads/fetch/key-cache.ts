import { ProtectedMediaError, RemoteBrokenError, RemoteRefusedError } from '#domain/errors.ts'
import { fetchBytes, type FetchTools } from './fetch-bytes.ts'
import { dataKey } from '../hls/data-key.ts'
import { shownAddress } from '#domain/shown-address.ts'

const KEY_BYTES = 16
/** A stream may change its key with every segment. */
const MOST_KEYS = 256

/** Keys of a stream; each address is asked once, also by many at the same time. */
export class KeyCache {
  readonly #keys = new Map<string, Promise<Uint8Array>>()
  readonly #tools: FetchTools

  constructor(tools: FetchTools) {
    this.#tools = tools
  }

  /** Rejects with ProtectedMediaError when the server does not give it, or gives something else. */
  get(url: string): Promise<Uint8Array> {
    const known = this.#keys.get(url)
    if (known) return known
    const key = fetchKey(url, this.#tools)
    this.#keys.set(url, key)
    key.catch(() => this.#keys.delete(url))
    const oldest = this.#keys.size > MOST_KEYS ? this.#keys.keys().next().value : undefined
    if (oldest !== undefined) this.#keys.delete(oldest)
    return key
  }
}

async function fetchKey(url: string, tools: FetchTools): Promise<Uint8Array> {
  const bytes = url.startsWith('data:') ? keyInPlaylist(url) : await keyOverHttp(url, tools)
  if (bytes.byteLength === KEY_BYTES) return bytes
  throw new ProtectedMediaError(`The key at ${shownAddress(url)} has ${bytes.byteLength} bytes instead of 16.`, {
    why: 'The server sent something else, as it does to those who are not signed in.',
    fix: 'Give the cookies or headers of a browser that may watch this.',
  })
}

async function keyOverHttp(url: string, tools: FetchTools): Promise<Uint8Array> {
  let pieces: Uint8Array[] = []
  const sink = {
    begin: async () => {
      pieces = []
    },
    write: async (chunk: Uint8Array) => {
      pieces.push(chunk.slice())
    },
    end: async () => {},
  }
  try {
    await fetchBytes({ url, byteRange: null, maxBytes: 64 * 1024 }, sink, tools)
  } catch (cause) {
    if (!(cause instanceof RemoteRefusedError) || cause.retry !== 'never') throw cause
    throw new ProtectedMediaError(`The key at ${shownAddress(url)} is not given: ${cause.status}.`, {
      fix: 'Give the cookies or headers of a browser that may watch this.',
      cause,
    })
  }
  const all = new Uint8Array(pieces.reduce((sum, { byteLength }) => sum + byteLength, 0))
  let at = 0
  for (const piece of pieces) {
    all.set(piece, at)
    at += piece.byteLength
  }
  return all
}

function keyInPlaylist(url: string): Uint8Array {
  const key = dataKey(url)
  if (key) return key
  throw new RemoteBrokenError('The key in the playlist cannot be read.', { why: 'It is not 16 bytes.' })
}
