/** Files that were handed in (uploads, downloads) and are ours until they are ingested. */
export interface SourceFiles {
  /** Removing what is not there is not an error. */
  remove(path: string): Promise<void>
  /** Bytes, or null when the file is not there. */
  size(path: string): Promise<number | null>
  /** All of it, or null when the file is not there. For small ones: ask for the size first. */
  read(path: string): Promise<Uint8Array | null>
}
