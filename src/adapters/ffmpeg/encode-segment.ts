import { ToolFailedError } from '#domain/errors.ts'
import { FRAGMENT_STREAM_OPTIONS } from '#lib/containers/iso-bmff/fragment-stream-options.ts'
import { readFragmentStream } from '#lib/containers/iso-bmff/fragment-stream.ts'
import type { Sample } from '#lib/containers/sample.ts'
import type { CutContext } from './cut-context.ts'
import { BORDER_TOLERANCE_SEC } from './key-frame-times.ts'
import { runTool } from './run-tool.ts'
import { transcodeLimits } from './run-limits.ts'
import { SEEK_RUN_UP_SEC, seekOptions } from './seek-options.ts'
import { toolError } from './tool-errors.ts'
import { isAtLeast } from './tool-version.ts'
import { SOFTWARE_ENCODER, type VideoEncoder } from './video-encoder.ts'

export interface SegmentToFit {
  readonly streamIndex: number
  /** Container times of the first and the last picture shown. */
  readonly firstSec: number
  readonly lastSec: number
  readonly durationSec: number
  readonly pictures: number
  /** What the segment may weigh, container and all. */
  readonly maxBytes: number
}

/** Pictures in the order in which they are shown, which is the order in which they were encoded. */
export interface EncodedPictures {
  readonly sampleEntry: Uint8Array
  readonly timescale: number
  readonly samples: readonly Sample[]
  readonly payload: readonly Uint8Array[]
}

/**
 * What MPEG-TS adds: 4 bytes to 184, for each picture a header and half a packet of filling, and for a segment its tables
 * and the filling up to sixteen packets.
 */
const TS_SHARE = 188 / 184
const TS_BYTES_PER_PICTURE = 130
const TS_BYTES_PER_SEGMENT = 20 * 188
const ATTEMPTS = 3
/** Each further attempt gets this share of the bits of the one before. */
const NEXT_SHARE = 0.75

/**
 * Encodes the pictures of one segment so that they fit, each at its own time, without reordering (so that decode times of
 * the original fit too). The hardware gets the first try, libx264 all others. Rejects with ToolFailedError.
 */
export async function encodeSegment(context: CutContext, segment: SegmentToFit): Promise<EncodedPictures> {
  const roomBytes = segment.maxBytes - TS_BYTES_PER_SEGMENT - segment.pictures * TS_BYTES_PER_PICTURE
  const maxPayloadBytes = roomBytes / TS_SHARE
  let peakBitsPerSec = (maxPayloadBytes * 8) / segment.durationSec
  let encoder = context.encoder
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const encoded = await tryOnce(context, segment, encoder, peakBitsPerSec).catch((error: unknown) => {
      if (!(error instanceof ToolFailedError) || encoder === SOFTWARE_ENCODER) throw error
      return null
    })
    encoder = SOFTWARE_ENCODER
    if (encoded === null) continue
    if (byteLengthOf(encoded.payload) <= maxPayloadBytes) return encoded
    peakBitsPerSec *= NEXT_SHARE
  }
  throw new ToolFailedError('A part of the film could not be encoded small enough.', {
    why: `The part from ${segment.firstSec.toFixed(3)} s on has to fit into ${segment.maxBytes} bytes.`,
  })
}

const STALL_LIMIT_MS = 60_000
const TIME_LIMIT_MS = 60 * 60_000

async function tryOnce(
  { tools, media, threads, signal }: CutContext,
  segment: SegmentToFit,
  encoder: VideoEncoder,
  peakBitsPerSec: number,
): Promise<EncodedPictures> {
  const [first, last] = [segment.firstSec - BORDER_TOLERANCE_SEC, segment.lastSec + BORDER_TOLERANCE_SEC]
  const rate = { peakBitsPerSec, averagedOverSec: segment.durationSec }
  const seek = seekOptions({ wantedSec: segment.firstSec, containerStartSec: media.info.startSec })
  const { num, den } = media.details.get(segment.streamIndex)?.timeBase ?? { num: 1, den: 90_000 }
  await using child = await runTool(tools, {
    tool: 'ffmpeg',
    input: media.file,
    // Turned pictures stay as they are: the copied segments beside them are not turned either.
    before: [
      '-v',
      'error',
      '-copyts',
      '-fflags',
      '+genpts',
      '-noautorotate',
      '-threads',
      String(threads),
      ...encoder.before,
      ...seek,
    ],
    options: () => [
      ...['-map', `0:${segment.streamIndex}`, '-map_metadata', '-1', '-map_chapters', '-1'],
      ...['-filter:v', [`trim=start=${first.toFixed(6)}:end=${last.toFixed(6)}`, ...encoder.filters].join(',')],
      ...['-c:v', encoder.name, ...encoder.quality(rate), '-bf', '0', '-forced-idr', '1', '-g', '9999'],
      ...[isAtLeast(tools.ffmpeg.version, 5, 1) ? '-fps_mode' : '-vsync', 'passthrough'],
      ...['-enc_time_base:v', `${num}:${den}`],
      ...['-threads', String(threads)],
      ...[...FRAGMENT_STREAM_OPTIONS, 'pipe:1'],
    ],
    devices: encoder.devices,
    limits: transcodeLimits(media.info, {
      durationSec: segment.durationSec + SEEK_RUN_UP_SEC,
      threads,
      outputs: 1,
      limitsMemory: !encoder.needsAddressSpace,
    }),
    timeLimitMs: TIME_LIMIT_MS,
    stallLimitMs: STALL_LIMIT_MS,
    signal,
  })
  const encoded = await collect(child.output())
  const end = await child.ended
  if (end.exitCode !== 0 || encoded === null) throw toolError(end, 'Encoding a part of the film')
  return encoded
}

async function collect(output: AsyncIterable<Uint8Array>): Promise<EncodedPictures | null> {
  const samples: Sample[] = []
  const payload: Uint8Array[] = []
  let track: Pick<EncodedPictures, 'sampleEntry' | 'timescale'> | undefined
  for await (const part of readFragmentStream(output)) {
    if (part.kind === 'init') [track] = part.tracks
    else {
      samples.push(...part.batch.samples)
      payload.push(...part.batch.payload)
    }
  }
  return track === undefined ? null : { sampleEntry: track.sampleEntry, timescale: track.timescale, samples, payload }
}

function byteLengthOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, piece) => sum + piece.byteLength, 0)
}
