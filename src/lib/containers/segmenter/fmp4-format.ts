import { ContainerError } from '../container-error.ts'
import { composeFragmentHeader } from '../iso-bmff/compose-fragment.ts'
import { composeInit } from '../iso-bmff/compose-init.ts'
import type { Fragment, SegmentFormat } from './segment-format.ts'

/**
 * CMAF segments (ISO/IEC 23000-19 §7.3.2): `moof` and `mdat`, once per fragment; samples keep their bytes.
 * Refuses a piece with parameter sets of its own: a second init segment in a playlist breaks ffmpeg and Chromium.
 */
export const fmp4Format: SegmentFormat = {
  init: composeInit,
  fragment(track, { samples, payload, offsetTicks, segment, ordinal, sampleEntry }) {
    if (sampleEntry !== track.sampleEntry) {
      throw new ContainerError('unrepresentable', `fMP4 cannot change the codec parameters of track ${track.id}`)
    }
    const baseDts = (samples[0]?.dts ?? 0) + offsetTicks
    return [composeFragmentHeader({ sequence: sequenceOf(segment, ordinal), baseDts, samples }), ...payload]
  },
}

/** Numbers must rise (ISO/IEC 14496-12 §8.8.5) and may leave gaps; these need no memory of what was written. */
function sequenceOf(segment: Fragment['segment'], ordinal: Fragment['ordinal']): number {
  return segment * MAX_FRAGMENTS_PER_SEGMENT + ordinal + 1
}

const MAX_FRAGMENTS_PER_SEGMENT = 1024
