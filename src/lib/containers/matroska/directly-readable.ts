import { type MatroskaFile, type MatroskaTrack, trackOf } from './matroska-file.ts'

/** Whether frames of a track can go into segments as they are stored, or why not. */
export type Readability = { readonly readable: true } | { readonly readable: false; readonly reason: string }

/**
 * Whether `readMatroskaSamples` gives of this track what an MP4 of the same frames holds. Looks at the header of the file
 * only.
 */
export function directlyReadable(mkv: MatroskaFile, trackNumber: number): Readability {
  const track = trackOf(mkv, trackNumber)
  if (track === undefined) return refused(`there is no track ${trackNumber}`)
  const obstacle = readingObstacle(track)
  if (obstacle !== null) return refused(obstacle)
  const needs = CODECS.get(track.codecId)
  if (needs === undefined) return refused(`${track.codecId} is not stored in segments as it is in Matroska`)
  const isDescribed = needs(track.codecPrivate ?? new Uint8Array())
  return isDescribed ? { readable: true } : refused(`${track.codecId} without the codec data that belongs to it`)
}

/** Why frames of this track cannot be read at all, whatever the codec; null when they can. */
export function readingObstacle(track: MatroskaTrack): string | null {
  if (track.encoding.kind === 'unsupported') return track.encoding.reason
  return track.timestampFactor === 1 ? null : 'the track has a time scale of its own'
}

const needsNothing = (): boolean => true

/** By codec ID: what CodecPrivate must look like. Where it is missing, frames have another form than in MP4. */
const CODECS: ReadonlyMap<string, (codecPrivate: Uint8Array) => boolean> = new Map([
  // AVCDecoderConfigurationRecord, HEVCDecoderConfigurationRecord: version 1, else the frames have start codes.
  ['V_MPEG4/ISO/AVC', (bytes: Uint8Array) => bytes.byteLength >= 7 && bytes[0] === 1],
  ['V_MPEGH/ISO/HEVC', (bytes: Uint8Array) => bytes.byteLength >= 23 && (bytes[0] ?? 2) <= 1 && !isStartCode(bytes)],
  ['V_AV1', needsNothing],
  ['V_VP9', needsNothing],
  // AudioSpecificConfig, OpusHead, "fLaC" with STREAMINFO.
  ['A_AAC', (bytes: Uint8Array) => bytes.byteLength >= 2],
  ['A_OPUS', (bytes: Uint8Array) => bytes.byteLength >= 19],
  ['A_FLAC', (bytes: Uint8Array) => bytes.byteLength >= 42],
  ['A_AC3', needsNothing],
  ['A_EAC3', needsNothing],
  ['A_DTS', needsNothing],
  ['A_MPEG/L3', needsNothing],
])

function isStartCode([a, b, c, d]: Uint8Array): boolean {
  return a === 0 && b === 0 && (c === 1 || (c === 0 && d === 1))
}

function refused(reason: string): Readability {
  return { readable: false, reason }
}
