import { ContainerError } from '../container-error.ts'
import { requireBox, typeOf } from '../iso-bmff/box-reader.ts'
import { readElementaryStreamDescriptor } from '../iso-bmff/elementary-stream-descriptor.ts'
import { readAudioSampleEntry } from '../iso-bmff/sample-entry.ts'
import { adtsHeaderMaker } from './adts-header.ts'
import { annexBParts } from './annex-b.ts'
import { type NalCodec, readAvcCodec, readHevcCodec } from './nal-codec.ts'

/** How a codec is carried in MPEG-TS. */
export interface ElementaryStream {
  /** Of the program map table (ISO/IEC 13818-1 table 2-34; AC-3: ATSC A/52 annex A). */
  readonly streamType: number
  /** Of PES packets (ISO/IEC 13818-1 table 2-22). */
  readonly streamId: number
  /** `format_identifier` of a registration descriptor, where players need one. */
  readonly registration?: string
  /** The bytes of one sample as they stand in the stream; views wherever possible. */
  parts(sample: Uint8Array, sync: boolean): Uint8Array[]
}

/** Throws `unsupported` for codecs that we do not put into MPEG-TS. */
export function elementaryStreamOf(sampleEntry: Uint8Array): ElementaryStream {
  switch (typeOf(sampleEntry)) {
    case 'avc1':
    case 'avc3':
      return picture(0x1b, readAvcCodec(sampleEntry))
    case 'hvc1':
    case 'hev1':
      return picture(0x24, readHevcCodec(sampleEntry))
    case 'ac-3':
      return AC3
    case 'ec-3':
      return E_AC3
    case '.mp3':
      return MPEG_AUDIO
    case 'mp4a':
      return mpeg4Audio(sampleEntry)
    default:
      throw unsupported(JSON.stringify(typeOf(sampleEntry)))
  }
}

const VIDEO_STREAM_ID = 0xe0
const AUDIO_STREAM_ID = 0xc0
const PRIVATE_STREAM_ID = 0xbd

const MPEG_AUDIO = sound({ streamType: 0x03, streamId: AUDIO_STREAM_ID })
const AC3 = sound({ streamType: 0x81, streamId: PRIVATE_STREAM_ID, registration: 'AC-3' })
const E_AC3 = sound({ streamType: 0x87, streamId: PRIVATE_STREAM_ID, registration: 'EAC3' })

function picture(streamType: number, codec: NalCodec): ElementaryStream {
  return { streamType, streamId: VIDEO_STREAM_ID, parts: (sample, sync) => annexBParts(sample, codec, sync) }
}

function sound(words: Omit<ElementaryStream, 'parts'>): ElementaryStream {
  return { ...words, parts: (sample) => [sample] }
}

/** By objectTypeIndication (registered at mp4ra.org). */
function mpeg4Audio(sampleEntry: Uint8Array): ElementaryStream {
  const esds = requireBox(readAudioSampleEntry(sampleEntry).boxes, 'esds')
  const descriptor = readElementaryStreamDescriptor(esds.body)
  switch (descriptor?.objectType) {
    case 0x40:
    case 0x67:
      return adts(descriptor.decoderConfig)
    case 0x69:
    case 0x6b:
      return MPEG_AUDIO
    case 0xa5:
      return AC3
    case 0xa6:
      return E_AC3
    default:
      throw unsupported(`MPEG-4 audio ${descriptor?.objectType}`)
  }
}

function adts(config: Uint8Array): ElementaryStream {
  const header = adtsHeaderMaker(config)
  return { streamType: 0x0f, streamId: AUDIO_STREAM_ID, parts: (frame) => [header(frame.byteLength), frame] }
}

function unsupported(codec: string): ContainerError {
  return new ContainerError('unsupported', `${codec} is not written to MPEG-TS`)
}
