import type { ContainerTrack } from '../sample.ts'
import { boxesIn, findBox } from './box-reader.ts'
import { box, concat, fourCc, fullBox, u16, u32, zeros } from './box-writer.ts'
import { ByteReader } from './byte-reader.ts'
import { isoSampleEntry } from './iso-sample-entry.ts'

/** The track's number inside every init segment and fragment that we compose. */
export const COMPOSED_TRACK_ID = 1

/**
 * The CMAF init segment (ISO/IEC 23000-19 §7.3) of one track: `ftyp` and a `moov` without samples and without edit list,
 * so that what a fragment's `tfdt` says is the presentation time. Keeps timescale, sample entry, size and matrix.
 */
export function composeInit(track: ContainerTrack): Uint8Array<ArrayBuffer> {
  return composeMovie([{ ...track, id: COMPOSED_TRACK_ID }])
}

/** As `composeInit`, of several tracks that keep their numbers (from 1 on). */
export function composeMovie(tracks: readonly ContainerTrack[]): Uint8Array<ArrayBuffer> {
  const brands = fourCc('iso6cmfcmp41')
  const ftyp = box('ftyp', fourCc('iso6'), u32(0), brands)
  const trexes = tracks.map(({ id }) => fullBox('trex', 0, 0, u32(id, 1, 0, 0, 0)))
  const nextId = Math.max(0, ...tracks.map(({ id }) => id)) + 1
  const moov = box('moov', mvhd(tracks[0]?.timescale ?? 1, nextId), ...tracks.map(trak), box('mvex', ...trexes))
  return concat([ftyp, moov])
}

const UNTURNED = u32(0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000)

function mvhd(timescale: number, nextId: number): Uint8Array {
  const speedAndVolume = [u32(0x1_0000), u16(0x100), zeros(10)]
  return fullBox('mvhd', 0, 0, u32(0, 0, timescale, 0), ...speedAndVolume, UNTURNED, zeros(24), u32(nextId))
}

function trak(track: ContainerTrack): Uint8Array {
  const mdhd = fullBox('mdhd', 0, 0, u32(0, 0, track.timescale, 0), u16(UNDETERMINED_LANGUAGE, 0))
  const hdlr = fullBox('hdlr', 0, 0, u32(0), fourCc(HANDLERS[track.kind]), zeros(12), zeros(1))
  const dinf = box('dinf', fullBox('dref', 0, 0, u32(1), fullBox('url ', 0, SAME_FILE)))
  const minf = box('minf', mediaHeader(track.kind), dinf, emptySampleTable(track))
  return box('trak', tkhd(track), box('mdia', mdhd, hdlr, minf))
}

/** `und` as three letters of five bits (ISO/IEC 14496-12 §8.4.2). */
const UNDETERMINED_LANGUAGE = 0x55c4
const SAME_FILE = 1
const HANDLERS = { video: 'vide', audio: 'soun', subtitles: 'text', other: 'meta' } as const

function mediaHeader(kind: ContainerTrack['kind']): Uint8Array {
  if (kind === 'video') return fullBox('vmhd', 0, 1, zeros(8))
  return kind === 'audio' ? fullBox('smhd', 0, 0, zeros(4)) : fullBox('nmhd', 0, 0)
}

function emptySampleTable(track: ContainerTrack): Uint8Array {
  const stsd = fullBox('stsd', 0, 0, u32(1), isoSampleEntry(track.sampleEntry, track.kind))
  const empty = (type: string) => fullBox(type, 0, 0, u32(0))
  return box('stbl', stsd, empty('stts'), empty('stsc'), fullBox('stsz', 0, 0, u32(0, 0)), empty('stco'))
}

const ENABLED_AND_IN_MOVIE = 3

function tkhd(track: ContainerTrack): Uint8Array {
  const volume = track.kind === 'audio' ? 0x100 : 0
  const { width, height } = shownSize(track)
  const times = u32(0, 0, track.id, 0, 0)
  const order = [zeros(8), u16(0, 0, volume, 0)]
  const size = u32(Math.round(width * 0x1_0000), Math.round(height * 0x1_0000))
  return fullBox('tkhd', 0, ENABLED_AND_IN_MOVIE, times, ...order, track.matrix ?? UNTURNED, size)
}

/** The size in square pixels: the coded width stretched by `pasp` (ISO/IEC 14496-12 §12.1.4). */
function shownSize({ kind, width, height, sampleEntry }: ContainerTrack): { width: number; height: number } {
  if (kind !== 'video') return { width: 0, height: 0 }
  const entry = new ByteReader(sampleEntry).skip(32)
  const coded = { width: width ?? entry.u16(), height: height ?? entry.skip(width === undefined ? 0 : 2).u16() }
  const pasp = findBox(boxesIn(sampleEntry.subarray(86)), 'pasp')
  if (pasp === undefined) return coded
  const ratio = new ByteReader(pasp.body)
  const stretch = ratio.u32() / ratio.u32()
  const stretched = coded.width * stretch
  return stretched > 0 && stretched < 0x1_0000 ? { ...coded, width: stretched } : coded
}
