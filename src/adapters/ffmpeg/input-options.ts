import type { DemuxerFamily } from './sniff.ts'

/** Larger than 8K (7680 × 4320 = 33.2 million), smaller than bombs. */
export const MAX_PIXELS = 36_000_000
const MAX_STREAMS = 64
/** A single block of memory. */
const MAX_ALLOC_BYTES = 500_000_000
const PROBE_BYTES = 50_000_000
const PROBE_MICROSECONDS = 30_000_000

export interface InputProfile {
  readonly family: DemuxerFamily
  /** Value of `-codec_whitelist`, see `codecWhitelist`. */
  readonly codecs: string
}

/** WebVTT is read only where we wrote it ourselves. */
type AnyProfile = Omit<InputProfile, 'family'> & { readonly family: DemuxerFamily | 'webvtt' }

/**
 * What goes in front of every `-i`: the file may be opened by one demuxer and by known decoders only, and no address
 * inside it is followed.
 */
export function inputOptions(profile: AnyProfile): readonly string[] {
  return [
    ...allowed('file', profile),
    ...['-probesize', String(PROBE_BYTES), '-analyzeduration', String(PROBE_MICROSECONDS)],
  ]
}

/**
 * As `inputOptions`, for bytes that come through stdin, perhaps slowly: what they are is known, and the first of them are
 * enough to find the streams.
 */
export function stdinOptions(profile: InputProfile): readonly string[] {
  return [
    ...allowed('pipe', profile),
    ...['-probesize', String(STDIN_PROBE_BYTES), '-analyzeduration', String(STDIN_PROBE_MICROSECONDS)],
    ...['-f', profile.family],
  ]
}

const STDIN_PROBE_BYTES = 10_000_000
const STDIN_PROBE_MICROSECONDS = 3_000_000

function allowed(protocol: 'file' | 'pipe', { family, codecs }: AnyProfile): readonly string[] {
  return [
    ...['-protocol_whitelist', protocol, '-format_whitelist', family, '-codec_whitelist', codecs],
    ...['-max_pixels', String(MAX_PIXELS), '-max_streams', String(MAX_STREAMS)],
  ]
}

/** What every run of ffmpeg and ffprobe begins with. */
export const COMMON_OPTIONS: readonly string[] = ['-hide_banner', '-max_alloc', String(MAX_ALLOC_BYTES)]
