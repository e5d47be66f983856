import type { FileFacts } from './result-file.ts'

/** Files that come in parts, in any order; what a crash leaves can be gone on with. */
export interface PartFiles {
  /** The file has its name when it is whole; one that has it already stays until then. */
  open(path: string): Promise<PartFile>
}

/** What the parts are parts of. */
export interface PartNote {
  /** Proves that parts belong together; null when nothing does, then there is one part. */
  readonly validator: string | null
  /** Null when nobody says. */
  readonly byteLength: number | null
  /** All but the last one have this length. */
  readonly partBytes: number
}

export interface PartFile extends AsyncDisposable {
  /** Null before `begin`. */
  readonly note: PartNote | null
  /** Numbers of the parts that are safe, from 0. */
  readonly done: ReadonlySet<number>
  /** Forgets what is there. Rejects with NoSpaceError when the medium cannot take it. */
  begin(note: PartNote): Promise<void>
  /** Several may be open at once. */
  openPart(number: number): PartWriter
  /** All parts are there: proves them, and gives the file its name. Rejects with BlobDamagedError, and forgets them then. */
  finish(): Promise<FileFacts>
}

export interface PartWriter extends AsyncDisposable {
  /** The bytes come from the first on; what came before counts no more. */
  restart(): Promise<void>
  /** Resolves when another chunk may come; the chunk is no longer needed then. */
  write(chunk: Uint8Array): Promise<void>
  /** Resolves when the part is safe. */
  commit(): Promise<void>
}
