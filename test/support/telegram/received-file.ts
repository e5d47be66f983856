import type { FileContent } from './file-content.ts'

/** A file as it came in with a call. */
export interface ReceivedFile {
  readonly name: string
  readonly mimeType: string
  readonly content: FileContent
}
