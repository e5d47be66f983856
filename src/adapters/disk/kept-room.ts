import { statfs } from 'node:fs/promises'
import { NoSpaceError } from '#domain/errors.ts'

/** Asking the system costs less than a thousandth of writing so much. */
const ASK_EVERY_BYTES = 16_000_000
const KEPT_SHARE = 0.05
const MOST_KEPT_BYTES = 1_000_000_000

export interface DiskRoom {
  readonly freeBytes: number
  readonly totalBytes: number
}

/**
 * The room on a disk that stays free whatever servers send: a twentieth, on large disks 1 GB. The catalog, the films that
 * are being made and whoever else works there would be the first to stand still.
 */
export class KeptRoom {
  readonly #look: () => Promise<DiskRoom>
  /** May be written before the next look. */
  #leftBytes = 0

  /** `folder` is there. */
  constructor(folder: string, look: () => Promise<DiskRoom> = () => roomIn(folder)) {
    this.#look = look
  }

  /** To be called before so many bytes are written. Rejects with NoSpaceError when they would take from what is kept. */
  async take(byteLength: number): Promise<void> {
    this.#leftBytes -= byteLength
    if (this.#leftBytes >= 0) return
    const { freeBytes, totalBytes } = await this.#look()
    const room = freeBytes - Math.min(totalBytes * KEPT_SHARE, MOST_KEPT_BYTES)
    this.#leftBytes = Math.min(room - byteLength, ASK_EVERY_BYTES)
    if (this.#leftBytes >= 0) return
    throw new NoSpaceError('The disk is nearly full.', {
      why: 'What is left of it is kept for the catalog and the films that are being made.',
      fix: 'Free some space, or cancel what is not needed; the work goes on by itself.',
    })
  }
}

async function roomIn(folder: string): Promise<DiskRoom> {
  const { bavail, blocks, bsize } = await statfs(folder)
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
}
