import type { ByteRange } from '#lib/hls/byte-range.ts'

/** Something at an address, or a part of it. */
export interface Resource {
  readonly url: string
  readonly byteRange: ByteRange | null
  /** AnswerTooLargeError beyond. */
  readonly maxBytes: number
  /** What the range has to be a part of; answers that are of something else are refused. */
  readonly validator?: string
}
