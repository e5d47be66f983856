import { NoSpaceError } from '#domain/errors.ts'
import { RequestRefusedError } from '../request-refused-error.ts'

export interface UploadRoom {
  readonly maxUploadBytes: number
  readonly maxOpenUploads: number
  readonly openUploads: number
  readonly freeBytes: number
  readonly totalBytes: number
  /** What open uploads have still to bring. */
  readonly reservedBytes: number
}

const GB = 1_000_000_000
/** Kept free for the catalog, the work files and the rest of the machine. */
const HEADROOM_SHARE = 0.1
const MAX_HEADROOM_BYTES = 20 * GB

/** How much of a disk stays free always: a tenth, on large disks 20 GB. */
export function headroomBytes(totalBytes: number): number {
  return Math.min(Math.floor(totalBytes * HEADROOM_SHARE), MAX_HEADROOM_BYTES)
}

/**
 * Lets an upload begin only when it can end: within the limit, and with its bytes free after all that was promised
 * before. Throws RequestRefusedError or NoSpaceError that says how much is missing.
 */
export function assertRoomFor(byteLength: number, room: UploadRoom): void {
  if (byteLength > room.maxUploadBytes) {
    throw new RequestRefusedError('too-large', `The file has ${inWords(byteLength)}.`, {
      why: `At most ${inWords(room.maxUploadBytes)} are taken.`,
      fix: 'Set MAX_UPLOAD_SIZE to more and restart.',
    })
  }
  if (room.openUploads >= room.maxOpenUploads) {
    throw new RequestRefusedError('uploads-full', `${room.openUploads} uploads are open already.`, {
      fix: 'Finish or cancel some of them.',
      headers: { 'retry-after': '60' },
    })
  }
  const available = room.freeBytes - room.reservedBytes - headroomBytes(room.totalBytes)
  if (available >= byteLength) return
  throw new NoSpaceError(`Not enough space: ${inWords(Math.max(0, available))} free, ${inWords(byteLength)} needed.`, {
    why: spaceInWords(room),
    fix: `Free ${inWords(byteLength - available)} on the disk of the data folder.`,
  })
}

function spaceInWords({ freeBytes, reservedBytes, totalBytes }: UploadRoom): string {
  const reserved = reservedBytes > 0 ? `, ${inWords(reservedBytes)} are promised to running uploads` : ''
  return `The disk has ${inWords(freeBytes)} free${reserved}, and ${inWords(headroomBytes(totalBytes))} stay free always.`
}

function inWords(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`
  const units = ['kB', 'MB', 'GB', 'TB', 'PB']
  const power = Math.min(units.length, Math.floor(Math.log10(bytes) / 3))
  return `${(bytes / 1000 ** power).toFixed(1)} ${units[power - 1]}`
}
