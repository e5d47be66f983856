import type { FollowedRecording, RecordedSegment } from '#domain/recording.ts'
import type { FileFacts, ResultFile, ResultFiles } from '#domain/result-file.ts'

/** What the file has is made safe, and its segments released, after so many bytes. */
const RELEASE_EVERY_BYTES = 64 * 1024 * 1024

interface Piece extends FileFacts {
  readonly file: string
}

export interface JoinOptions {
  /** Absolute, of the result. */
  readonly path: string
  readonly signal: AbortSignal
  /** Bytes joined so far. */
  report?(byteLength: number): void
}

/**
 * Joins a recording while it grows: the bytes of all segments of `main` one behind another, before them the init section
 * wherever it changes; gaps are left out. Run again after a crash it goes on behind the last piece that is there, which is
 * proved by its hash. Resolves when the recording has ended `complete` and the file has its name. It releases what it has, up
 * to the first gap that may be filled later: what stands behind that is needed again then.
 */
export async function joinRecording(
  recording: FollowedRecording,
  files: ResultFiles,
  { path, signal, report }: JoinOptions,
): Promise<FileFacts> {
  await using result = await files.open(path)
  const inits = new InitPieces(recording, files)
  let keeping = true
  const { live } = await recording.head(signal)
  let releasedBytes = 0
  let mayRelease = true
  let releasing: Promise<void> = Promise.resolve()
  try {
    for await (const segment of recording.segments('main', 0, signal)) {
      for (const piece of await inits.piecesOf(segment)) {
        keeping = keeping && (await result.keep(piece))
        if (!keeping) await result.append(recording.filePath(piece.file), piece)
      }
      report?.(result.byteLength)
      mayRelease &&= live || segment.gap === null
      if (!mayRelease || result.byteLength - releasedBytes < RELEASE_EVERY_BYTES) continue
      releasedBytes = result.byteLength
      await releasing
      releasing = release(recording, result, segment.position)
      releasing.catch(() => {}) // The next one, or the end, tells.
    }
    await releasing
    return await result.finish()
  } finally {
    await releasing.catch(() => {})
  }
}

/** Only what is safe in the result may go. */
async function release(recording: FollowedRecording, result: ResultFile, position: number): Promise<void> {
  await result.sync()
  await recording.release('main', position + 1)
}

/** Knows which init section stands before a segment. */
class InitPieces {
  readonly #recording: FollowedRecording
  readonly #files: ResultFiles
  readonly #known = new Map<string, Piece>()
  #last: string | null = null

  constructor(recording: FollowedRecording, files: ResultFiles) {
    this.#recording = recording
    this.#files = files
  }

  /** In the order in which they are joined. */
  async piecesOf({ file, byteLength, sha256, init }: RecordedSegment): Promise<readonly Piece[]> {
    if (file === null) return []
    const piece = { file, byteLength, sha256 }
    const before = init === null ? null : await this.#piece(init)
    const changes = before !== null && before.sha256 !== this.#last
    this.#last = before?.sha256 ?? null
    return changes ? [before, piece] : [piece]
  }

  async #piece(file: string): Promise<Piece> {
    const known = this.#known.get(file)
    if (known) return known
    const piece = { file, ...(await this.#files.facts(this.#recording.filePath(file))) }
    this.#known.set(file, piece)
    return piece
  }
}
