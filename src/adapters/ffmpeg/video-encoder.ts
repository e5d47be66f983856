/** How H.264 is made here: by libx264, or by a piece of hardware that has proved itself at start. */
export interface VideoEncoder {
  /** ffmpeg's name: `libx264`, `h264_nvenc` … */
  readonly name: string
  /** In front of the input: opens the device. */
  readonly before: readonly string[]
  /** Behind all other filters: into the memory of the device, in its pixel format. */
  readonly filters: readonly string[]
  /** Device files that a sandbox must let through. */
  readonly devices: readonly string[]
  /** Drivers map more memory than any limit on it allows. */
  readonly needsAddressSpace: boolean
  quality(rate: EncodedRate): readonly string[]
}

/** Bits per second: the peak that no segment may pass, for what is shorter than `averagedOverSec` too. */
export interface EncodedRate {
  readonly peakBitsPerSec: number
  readonly averagedOverSec: number
}

/**
 * Rate control with a buffer of one second: over a segment of n seconds the encoder may spend n + 1 seconds' worth, so it
 * gets that much less.
 */
export function vbvOptions({ peakBitsPerSec, averagedOverSec }: EncodedRate): readonly string[] {
  const rate = String(Math.max(50_000, Math.floor(peakBitsPerSec * (averagedOverSec / (averagedOverSec + 1)))))
  return ['-maxrate', rate, '-bufsize', rate]
}

/** Constant quality: 20 is hard to tell from the source, the peak holds it down where pictures are hard. */
const CRF = '20'

export const SOFTWARE_ENCODER: VideoEncoder = {
  name: 'libx264',
  before: [],
  filters: ['format=yuv420p'],
  devices: [],
  needsAddressSpace: false,
  quality: (rate) => ['-preset', 'veryfast', '-profile:v', 'high', '-crf', CRF, ...vbvOptions(rate)],
}
