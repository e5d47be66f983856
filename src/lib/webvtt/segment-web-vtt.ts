import { formatCue } from './format-web-vtt.ts'
import type { SubtitleCue } from './subtitle-cue.ts'

export interface WebVttSegment {
  /** From LOCAL zero, the zero of the cues. */
  readonly startSec: number
  readonly durationSec: number
  /** Media timestamp of LOCAL zero in 90 kHz; taken modulo 2^33. */
  readonly mpegTs: number
}

/**
 * One segment of a WebVTT rendition (RFC 8216bis §3.1.4): header with X-TIMESTAMP-MAP, and every cue that is visible
 * somewhere in `[startSec, startSec + durationSec)`. A cue that straddles a border stands in each segment, unchanged:
 * players recognise the repetition. Without any cue it is still a valid segment.
 */
export function segmentWebVtt(cues: Iterable<SubtitleCue>, segment: WebVttSegment): string {
  const startMs = segment.startSec * 1000
  const endMs = (segment.startSec + segment.durationSec) * 1000
  const visible = [...cues].filter((cue) => cue.startMs < endMs && cue.endMs > startMs)
  const map = `X-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:${modulo33Bits(segment.mpegTs)}`
  return `WEBVTT\n${map}\n\n${visible.map(formatCue).join('')}`
}

function modulo33Bits(timestamp: number): number {
  const wrap = 2 ** 33
  return ((Math.round(timestamp) % wrap) + wrap) % wrap
}
