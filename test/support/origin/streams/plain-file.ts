import { createHash } from 'node:crypto'
import type { Resource } from '../answer.ts'
import { bytesBody, pseudoRandomBytes } from '../body.ts'
import type { Origin } from '../start-origin.ts'

export interface PlainFile {
  readonly url: string
  readonly sha256: string
  readonly byteLength: number
}

export interface PlainFileOptions {
  readonly path: string
  /** Pseudo-random bytes when it is a number. */
  readonly content: Buffer | number
  /** False: everything with 200 whatever is asked. */
  readonly ranges?: boolean
  /** Strong by default; `changing`: another one with every answer, as if the file were replaced all the time. */
  readonly etag?: 'strong' | 'weak' | 'none' | 'changing'
  readonly lastModified?: boolean
  readonly contentType?: string
  /** No Content-Length. */
  readonly chunked?: boolean
}

/** A media file at an address. */
export function plainFile(origin: Origin, options: PlainFileOptions): PlainFile {
  const { path, content, ranges = true, etag = 'strong', lastModified = true, contentType = 'video/mp4' } = options
  const bytes = typeof content === 'number' ? pseudoRandomBytes(content % 65_521, content) : content
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const body = bytesBody(bytes)
  let answers = 0
  const url = origin.put(path, (): Resource => {
    answers += 1
    const tag = { strong: '"v1"', weak: 'W/"v1"', none: undefined, changing: `"v${answers}"` }[etag]
    return {
      kind: 'resource',
      body,
      contentType,
      ranges,
      chunked: options.chunked ?? false,
      ...(tag !== undefined && { etag: tag }),
      ...(lastModified && { lastModified: 'Sat, 01 Aug 2026 10:00:00 GMT' }),
    }
  })
  return { url, sha256, byteLength: bytes.length }
}
