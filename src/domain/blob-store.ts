/**
 * Where a blob is, in words only its store understands: `disk:4f/4fJx/000001`,
 * `telegram:-1001234567890/4711`. Everyone else keeps it, compares it, and hands it back.
 */
export type BlobRef = `${string}:${string}`

/** Bytes that can be read again from the start, so that a failed put can be tried again. */
export interface BlobSource {
  /** `<videoId>/<pack position>`: unique and stable, so that a put can be repeated after a crash. */
  readonly name: string
  readonly byteLength: number
  /** The memory of what it gives is its own again when it is asked for more. */
  open(signal?: AbortSignal): AsyncIterable<Uint8Array>
  /** A synced file with exactly these bytes that nobody changes any more: a store may link it instead of copying. */
  readonly path?: string
  /** Of its bytes, hex, where that is known: whenever it is opened it gives these or throws, so nobody need look. */
  readonly sha256?: string
}

/** Inclusive at both ends, like an HTTP range (RFC 9110 §14.1.2). */
export interface ByteRange {
  readonly first: number
  readonly last: number
}

export interface BlobLimits {
  /** The largest blob that can be stored and read back, in bytes. */
  readonly maxBytes: number
  /** How many puts are worth running at once. */
  readonly parallelPuts: number
  /** Reading any range costs about as much as reading the whole blob: who wants several parts should read it once. */
  readonly wholeReads?: boolean
}

export interface ReadOptions {
  readonly range?: ByteRange
  readonly signal?: AbortSignal
  /** Memory of the caller, as long as what is read: a store that can, puts the bytes there, and the chunks are views of it. */
  readonly into?: Uint8Array
  /**
   * 0 for the first try. After a read whose bytes turned out to be damaged, a higher number asks for another way to them,
   * if the store has one: another copy, another server.
   */
  readonly attempt?: number
  /** Told before bytes come, and again when others go on giving them: by whom, in a word or two (`bot 3`). For people. */
  readonly onGiver?: (giver: string) => void
}

export interface StoredBlob {
  readonly ref: BlobRef
  /** As it was put. */
  readonly name: string
}

export interface BlobStore {
  readonly limits: BlobLimits

  /** Puts are to come soon: what takes a moment to start may do so meanwhile. */
  prepare?(): void

  /**
   * Resolves once the bytes are durable. A put with a name that was put before, with the same bytes, returns
   * a ref to those bytes; the store may then hold them once or twice, but never loses them.
   * Rejects with BlobTooLargeError before anything is read or sent, with NoSpaceError when the medium is full, with
   * BlobDamagedError when the source gives another number of bytes than it said, with the source's own error when it
   * breaks, with the signal's reason. Then nothing of it is there, except where the store says that an answer may be lost.
   */
  put(source: BlobSource, signal?: AbortSignal): Promise<BlobRef>

  /**
   * The bytes, in buffers that the reader may keep and change. Rejects with BlobNotFoundError before the first byte. A
   * broken read throws while iterating: the bytes that came are never fewer than asked without an error. A range that
   * reaches beyond the end is BlobDamagedError, sooner or later.
   */
  get(ref: BlobRef, options?: ReadOptions): Promise<AsyncIterable<Uint8Array>>

  /** The stored length, or null when nothing is there. */
  size(ref: BlobRef, signal?: AbortSignal): Promise<number | null>

  /** Deleting what is not there is not an error. */
  delete(ref: BlobRef, signal?: AbortSignal): Promise<void>

  /** Every blob that is there, in no order; also those that no catalog knows. */
  list(signal?: AbortSignal): AsyncIterable<StoredBlob>
}

/** What a store that keeps copies can do when some of them are lost. */
export interface BlobRepairs {
  /** Looks at every copy, and makes new ones of what is missing, from a good copy or from bytes at hand. */
  repair(ref: BlobRef, options?: RepairOptions): Promise<Repair>
}

export interface RepairOptions {
  /** The same bytes, from somewhere near: a cache. Used only if they are. */
  readonly local?: BlobSource
  /** Reads every copy whole; otherwise only whether it is there, and how long. */
  readonly full?: boolean
  /** Looks, and says what it would do. */
  readonly dryRun?: boolean
  readonly signal?: AbortSignal
}

export interface Repair {
  /** `lost`: no copy is good, and there are no bytes to make one of. Of a dry run `repaired` is what would be. */
  readonly outcome: 'whole' | 'repaired' | 'lost'
  /** What was found and done, for people. */
  readonly done: readonly string[]
}
