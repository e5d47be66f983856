import type { MediaInfo } from '#domain/media-info.ts'
import type { ResourceLimits } from '#lib/process/resource-limits.ts'

const GIB = 1024 ** 3

/** Enough for any run that reads, copies, or decodes one picture at a time. */
export const LEAST_ADDRESS_SPACE_BYTES = 3 * GIB

/**
 * Virtual memory reserved by decoder and encoder together (ffmpeg 5.1, HEVC 10 bit and AV1 to libx264, 3840x2160): 1.5 GiB
 * with 2 threads, 3.9 GiB with 16, 10.3 GiB with 64, of which half is ever touched. 22 bytes per pixel and thread.
 */
const BASE_BYTES = 1.5 * GIB
const BYTES_PER_PIXEL_AND_THREAD = 32

/** More threads make libx264 little faster and take memory each. */
export const MAX_THREADS = 16

/** Slower than this no machine encodes. */
const LEAST_SPEED = 1 / 30
const LEAST_BYTES_PER_SEC = 1_000_000
const LEAST_CPU_SEC = 600
/** Subtitles are text, or small pictures. */
const MAX_FILE_BYTES = GIB
const DESCRIPTORS_OF_FFMPEG = 64

export interface TranscodeSize {
  readonly durationSec: number
  readonly threads: number
  /** Pipes and files that it writes. */
  readonly outputs: number
  /** False for drivers of hardware, which map more than any limit allows. */
  readonly limitsMemory: boolean
}

/** What one run that cuts a film may use of the machine. Waiting for us costs it nothing. */
export function transcodeLimits(info: MediaInfo, size: TranscodeSize): ResourceLimits {
  const { durationSec, threads, outputs, limitsMemory } = size
  const pixels = Math.max(0, ...info.streams.map((one) => (one.kind === 'video' ? one.width * one.height : 0)))
  const addressSpaceBytes = BASE_BYTES + pixels * threads * BYTES_PER_PIXEL_AND_THREAD
  const neededSec = Math.max(durationSec / LEAST_SPEED, info.byteLength / LEAST_BYTES_PER_SEC)
  return {
    addressSpaceBytes: limitsMemory ? Math.max(LEAST_ADDRESS_SPACE_BYTES, addressSpaceBytes) : Number.POSITIVE_INFINITY,
    cpuSec: LEAST_CPU_SEC + neededSec,
    openFiles: DESCRIPTORS_OF_FFMPEG + 2 * outputs,
    fileBytes: MAX_FILE_BYTES,
  }
}

/** A slow network drive. */
const LEAST_READ_BYTES_PER_SEC = 2_000_000
const LEAST_READ_TIME_MS = 120_000
const STALL_LIMIT_MS = 60_000

/** How long a run may take that reads a whole file and decodes nothing, and how long it may be silent. */
export function wholeFileLimits(byteLength: number) {
  return {
    timeLimitMs: LEAST_READ_TIME_MS + (byteLength / LEAST_READ_BYTES_PER_SEC) * 1000,
    stallLimitMs: STALL_LIMIT_MS,
  }
}
