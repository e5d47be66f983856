import type { ContainerTrack } from '../sample.ts'
import { findBox, typeOf } from './box-reader.ts'
import { readElementaryStreamDescriptor } from './elementary-stream-descriptor.ts'
import { readAudioSampleEntry, readVideoSampleEntry } from './sample-entry.ts'

/** Boxes that say how samples are coded; the others tell of rates and shapes. */
const VIDEO_CONFIGS = ['avcC', 'hvcC', 'av1C', 'vpcC']
const AUDIO_CONFIGS = ['esds', 'dac3', 'dec3', 'dOps', 'dfLa', 'ddts']

/** Frames that say all of themselves: their box only repeats what the first of them said. */
const SELF_DESCRIBING = ['ac-3', 'ec-3', '.mp3']

/** Whether a decoder that was set up for one track can go on with samples of the other. */
export function sameCoding(one: ContainerTrack, other: ContainerTrack): boolean {
  if (one.kind !== other.kind || typeOf(one.sampleEntry) !== typeOf(other.sampleEntry)) return false
  if (SELF_DESCRIBING.includes(typeOf(one.sampleEntry))) return true
  const [ours, theirs] = [codingOf(one), codingOf(other)]
  return ours.length === theirs.length && ours.every((part, at) => sameBytes(part, theirs[at] ?? NOTHING))
}

const NOTHING = new Uint8Array(0)

function codingOf({ kind, sampleEntry }: ContainerTrack): Uint8Array[] {
  if (kind === 'video') {
    const { width, height, boxes } = readVideoSampleEntry(sampleEntry)
    const configs = VIDEO_CONFIGS.map((type) => findBox(boxes, type)?.body ?? NOTHING)
    return [Uint8Array.of(width >> 8, width & 0xff, height >> 8, height & 0xff), ...configs]
  }
  if (kind !== 'audio') return [sampleEntry]
  const { boxes } = readAudioSampleEntry(sampleEntry)
  return AUDIO_CONFIGS.map((type) => {
    const body = findBox(boxes, type)?.body
    if (body === undefined) return NOTHING
    // Bit rates stand beside the decoder's own configuration.
    return (type === 'esds' ? readElementaryStreamDescriptor(body)?.decoderConfig : null) ?? body
  })
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.byteLength === other.byteLength && one.every((byte, at) => byte === other[at])
}
