import { join } from 'node:path'

/** Where things lie in a download's folder. Other files beside these (log, result) are none of the recording's business. */
export interface RecordingFolder {
  readonly path: string
  readonly journal: string
  /** What its follower needs no more. */
  readonly released: string
  /** Segments and init sections. */
  readonly media: string
}

export function recordingFolder(path: string): RecordingFolder {
  return {
    path,
    journal: join(path, 'journal'),
    released: join(path, 'released'),
    media: join(path, 'media'),
  }
}
