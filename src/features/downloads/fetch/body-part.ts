import { RemoteBrokenError } from '#domain/errors.ts'
import type { WebAnswer } from '#domain/web.ts'
import { contentRangeOf } from './content-range-of.ts'
import type { Resource } from './resource.ts'
import { strongValidator } from './strong-validator.ts'

/** What is at the address now is something else than what was begun. */
export class ResourceChangedError extends RemoteBrokenError {}

export interface BodyPart {
  /** What comes is the first byte of what is wanted; otherwise it follows what is there. */
  readonly fromStart: boolean
  /** Bytes of the body before it. */
  readonly skip: number
  /** Of all that is wanted, with what is there already; null when only the end of the body tells. */
  readonly byteLength: number | null
}

/**
 * Where in an answer the wanted bytes are. A server may ignore a range and send everything: then the part is cut out. Throws
 * RemoteBrokenError for an answer that is a part of something else, or another part than was asked for.
 */
export function bodyPart(
  answer: WebAnswer,
  { byteRange, validator: known }: Pick<Resource, 'byteRange' | 'validator'>,
  { validator, received }: { readonly validator: string | null; readonly received: number },
): BodyPart {
  const offset = byteRange?.offset ?? 0
  const byteLength = byteRange?.length ?? null
  if (answer.status === 200 && byteRange && known !== undefined) checkSame(answer, known)
  if (answer.status === 200) return { fromStart: true, skip: offset, byteLength }
  const range = contentRangeOf(answer.headers.get('content-range'))
  if (!range) throw new RemoteBrokenError('The server sent a part without saying which.')
  if (answer.decoded) throw new RemoteBrokenError('The server sent a part of something compressed.')
  if (validator !== null) checkSame(answer, validator)
  const first = offset + received
  const last = byteLength === null ? (range.total ?? range.last + 1) - 1 : offset + byteLength - 1
  if (range.first !== first || range.last !== last) {
    const given = `${range.first}-${range.last}`
    throw new RemoteBrokenError(`Bytes ${first}-${last} were asked for, the server sent ${given}.`)
  }
  return { fromStart: received === 0, skip: 0, byteLength: last - offset + 1 }
}

function checkSame(answer: WebAnswer, validator: string): void {
  if (strongValidator(answer) === validator) return
  throw new ResourceChangedError('The server sent something else than before.')
}
