import type { BlobSource, ByteRange, ReadOptions } from './blob-store.ts'
import type { VideoId } from './ids.ts'
import type { Slice } from './video.ts'

/** Where packs grow before they are stored. Survives the death of the process; not meant to survive a power cut. */
export interface WorkArea {
  /** Opens the pack's file for appending, cut back to `keepBytes` (a new file when 0). */
  openPack(videoId: VideoId, position: number, keepBytes: number): Promise<PackFile>
  /** Rejects with BlobNotFoundError before the first byte when the file or the range is not there. */
  readPack(
    videoId: VideoId,
    position: number,
    range: ByteRange,
    options?: Omit<ReadOptions, 'range'>,
  ): Promise<AsyncIterable<Uint8Array>>
  /** Whether the file has these bytes: after a power cut it may be there and hold something else. */
  holds(videoId: VideoId, position: number, slices: readonly Omit<Slice, 'packId'>[]): Promise<boolean>
  /** Current length in bytes, or null when there is no such file. */
  packBytes(videoId: VideoId, position: number): Promise<number | null>
  /** The pack's file as something to store; synced to the medium first. */
  packSource(videoId: VideoId, position: number): Promise<BlobSource>
  removePack(videoId: VideoId, position: number): Promise<void>
  /** Removes everything of this video. */
  removeVideo(videoId: VideoId): Promise<void>
  /** The videos that have files here. */
  videos(): Promise<readonly VideoId[]>
}

export interface PackFile extends AsyncDisposable {
  /** With all that was given to `append`, written or not. */
  readonly byteLength: number
  /**
   * Writes the bytes at the end and says where they lie and what they hash to. Resolves when readable by `readPack`. Several
   * may be on their way: each takes its place when it is called. After one that failed the file is of no use any more.
   */
  append(bytes: readonly Uint8Array[]): Promise<Omit<Slice, 'packId'>>
}
