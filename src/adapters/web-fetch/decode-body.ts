import { type Duplex, pipeline, Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib'
import { ProductError, RemoteBrokenError } from '#domain/errors.ts'

/** Nobody packs honest answers more than twice. */
const MAX_CODINGS = 2

/** The codings of Content-Encoding that have to be undone, in the order they were applied (RFC 9110 §8.4). */
export function codingsOf(headers: ReadonlyMap<string, string>): readonly string[] {
  const codings = (headers.get('content-encoding') ?? '').split(',').map((coding) => coding.trim().toLowerCase())
  return codings.filter((coding) => coding !== '' && coding !== 'identity')
}

/** The body as it was before the codings. Throws RemoteBrokenError when they are unknown or it is not coded so. */
export async function* decodeBody(
  body: AsyncIterable<Uint8Array>,
  codings: readonly string[],
  host: string,
): AsyncGenerator<Uint8Array, undefined> {
  if (codings.length > MAX_CODINGS) throw unreadable(host, `It is packed ${codings.length} times.`)
  let decoded = body
  for (const coding of codings.toReversed()) decoded = await undo(decoded, coding, host)
  try {
    yield* decoded
  } catch (error) {
    if (error instanceof ProductError || !isZlibError(error)) throw error
    throw unreadable(host, 'It is not packed as it says.', error)
  }
}

async function undo(body: AsyncIterable<Uint8Array>, coding: string, host: string): Promise<AsyncIterable<Uint8Array>> {
  switch (coding) {
    case 'gzip':
    case 'x-gzip':
      return through(body, createGunzip())
    case 'br':
      return through(body, createBrotliDecompress())
    case 'deflate':
      return inflate(body)
    default:
      throw unreadable(host, 'It is packed in a way that was not asked for.')
  }
}

/** "deflate" is zlib (RFC 1950) by the book, and bare deflate (RFC 1951) on many servers: the first byte tells. */
async function inflate(body: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const chunks = body[Symbol.asyncIterator]()
  const first = await chunks.next()
  const isZlib = !first.done && ((first.value[0] ?? 0) & 0x0f) === 8
  return through(rejoin(first, chunks), isZlib ? createInflate() : createInflateRaw())
}

async function* rejoin(
  first: IteratorResult<Uint8Array, unknown>,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  if (first.done) return
  yield first.value
  yield* { [Symbol.asyncIterator]: () => rest }
}

function through(body: AsyncIterable<Uint8Array>, decoder: Duplex): AsyncIterable<Uint8Array> {
  // Whoever iterates gets the failure from the decoder; the callback only keeps it from being unhandled.
  pipeline(Readable.from(body, { objectMode: false }), decoder, () => {})
  return decoder
}

function isZlibError(error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' && /^(Z_|ERR_|ERR__ERROR_)/.test(code)
}

function unreadable(host: string, why: string, cause?: unknown): RemoteBrokenError {
  return new RemoteBrokenError(`The answer of ${host} cannot be read.`, { why, ...(cause !== undefined && { cause }) })
}
