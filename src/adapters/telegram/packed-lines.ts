import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip, type Gunzip, type Gzip } from 'node:zlib'

/** Compresses, and cuts into pieces of at most `maxBytes`; one piece, perhaps of an empty stream, at least. */
export async function* pack(bytes: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let open: Uint8Array[] = []
  let length = 0
  for await (const chunk of through(bytes, createGzip())) {
    for (let from = 0; from < chunk.byteLength; ) {
      const taken = chunk.subarray(from, from + maxBytes - length)
      open.push(taken)
      length += taken.byteLength
      from += taken.byteLength
      if (length < maxBytes) continue
      yield Buffer.concat(open)
      open = []
      length = 0
    }
  }
  if (length > 0) yield Buffer.concat(open)
}

/** The bytes of which the pieces were made. Throws when they are not all of them. */
export async function* unpack(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* through(pieces, createGunzip())
}

async function* through(bytes: AsyncIterable<Uint8Array>, transform: Gzip | Gunzip): AsyncGenerator<Uint8Array> {
  // What goes wrong on either side ends both, and is thrown by the loop below.
  const feeding = pipeline(Readable.from(bytes), transform).catch(() => {})
  for await (const chunk of transform as AsyncIterable<Buffer>) yield chunk
  await feeding
}
