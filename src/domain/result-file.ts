/** Files that people get. They grow under another name and have theirs when they are whole. */
export interface ResultFiles {
  /** Goes on with what an earlier run left, or begins. A file that has the name already stays until the end. */
  open(path: string): Promise<ResultFile>
  /** Of any file. */
  facts(path: string): Promise<FileFacts>
}

export interface FileFacts {
  readonly byteLength: number
  /** Hex. */
  readonly sha256: string
}

/** Written from the start to the end, piece by piece. */
export interface ResultFile extends AsyncDisposable {
  /** Of all pieces so far. */
  readonly byteLength: number
  /** Whether an earlier run has left this piece here; then it counts as written. Not to be asked again after an `append`. */
  keep(piece: FileFacts): Promise<boolean>
  /**
   * Adds the bytes of a file; their last ones may still be on their way when it resolves, and what goes wrong with them is
   * told by the next call. Rejects with BlobDamagedError when it has another length than `piece`: then nothing was added.
   */
  append(path: string, piece: FileFacts): Promise<void>
  /** Resolves when all pieces so far are safe on the medium. */
  sync(): Promise<void>
  /** Gives it its name. */
  finish(): Promise<FileFacts>
}
