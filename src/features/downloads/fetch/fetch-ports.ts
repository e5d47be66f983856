import type { Governor } from '#domain/governor.ts'
import type { JobLogLine } from '#domain/job-logs.ts'
import type { Web } from '#domain/web.ts'
import type { FetchClock } from './fetch-clock.ts'

/** What fetching needs of the world. */
export interface FetchPorts {
  readonly web: Pick<Web, 'open'>
  readonly governor: Pick<Governor, 'connections' | 'onChange'>
  readonly newDecipher: NewDecipher
  readonly newInflater: NewInflater
  readonly log: (line: JobLogLine) => void
  /** That of the system when missing. */
  readonly clock?: FetchClock
}

/** AES-128 in CBC mode with PKCS#7 padding (RFC 8216 §5.2): a key of 16 bytes, 32 hex digits of the vector. */
export type NewDecipher = (key: Uint8Array, ivHex: string) => Decipher

export interface Decipher {
  update(chunk: Uint8Array): Uint8Array
  /** Throws when the padding is wrong. */
  final(): Uint8Array
}

/** Undoes gzip. `maxBytes`: throws when more than that comes out. */
export type NewInflater = (maxBytes: number) => Inflater

export interface Inflater {
  /** Throws when this is no gzip. The chunk is no longer needed when it resolves. */
  write(chunk: Uint8Array): Promise<readonly Uint8Array[]>
  /** Throws when the end is missing. */
  end(): Promise<readonly Uint8Array[]>
}
