/** A file of which any part can be read. */
export interface RandomAccess {
  readonly size: number
  /** Resolves with exactly `length` bytes from `offset`, fewer only at the end of the file. */
  read(offset: number, length: number): Promise<Uint8Array>
}
