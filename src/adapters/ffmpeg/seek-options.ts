export interface PipeSeek {
  /** Container time of what is wanted first; null for the beginning. */
  readonly wantedSec: number | null
  /** Where the container begins: ffmpeg counts `-ss` from there. */
  readonly containerStartSec: number
}

/**
 * Files without an index are entered somewhere before the place that was asked for, or a little behind it: reading begins
 * early enough for any usual distance of key frames.
 */
export const SEEK_RUN_UP_SEC = 15

/** Options in front of the input. What comes before the wanted time is left out by filters and by the segmenter. */
export function seekOptions({ wantedSec, containerStartSec }: PipeSeek): readonly string[] {
  const offsetSec = wantedSec === null ? 0 : wantedSec - containerStartSec - SEEK_RUN_UP_SEC
  return offsetSec <= 0 ? [] : ['-ss', offsetSec.toFixed(6), '-noaccurate_seek']
}
