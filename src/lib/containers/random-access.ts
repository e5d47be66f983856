/** A file of which any part can be read. */
export interface RandomAccess {
  readonly size: number
  /**
   * Resolves with exactly `length` bytes from `offset`, fewer only at the end of the file. They may be put `into` memory of
   * the caller, of at least that length; nobody else keeps it.
   */
  read(offset: number, length: number, into?: Uint8Array): Promise<Uint8Array>
  /** As `read` of each place, in their order; cheaper for many small ones. Only files that are read that way have it. */
  readMany?(places: readonly BytePlace[]): Promise<readonly Uint8Array[]>
}

export interface BytePlace {
  readonly offset: number
  readonly length: number
}
