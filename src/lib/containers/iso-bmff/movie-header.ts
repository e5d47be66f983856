import type { ContainerTrack } from '../sample.ts'
import { type Box, boxAt, boxesIn, findBox, openFullBox, printable, requireBox } from './box-reader.ts'
import { isoSampleEntry } from './iso-sample-entry.ts'
import { ContainerError } from '../container-error.ts'
import { readAudioSampleEntry, readVideoSampleEntry } from './sample-entry.ts'
import type { SampleDefaults } from './movie-fragment.ts'

/** What `moov` says (ISO/IEC 14496-12 §8.2), sample tables still unread. */
export interface MovieHeader {
  /** Ticks per second of edit lists' segment durations. */
  readonly timescale: number
  readonly tracks: readonly TrackHeader[]
  /** Samples may also stand in `moof` boxes (`mvex` is present). */
  readonly fragmented: boolean
}

export interface TrackHeader {
  readonly track: ContainerTrack
  /** ISO 639-2/T, `und` when unknown. */
  readonly language: string
  /** What a fragment means that leaves a field out. */
  readonly defaults: SampleDefaults
  /** Boxes of `stbl`. */
  readonly tables: readonly Box[]
  readonly editList: Box | undefined
  /** Why the payload of this track cannot be cut by us, or null. */
  readonly obstacle: string | null
}

/** Reads the body of `moov`. Throws ContainerError. */
export function readMovieHeader(body: Uint8Array): MovieHeader {
  const boxes = boxesIn(body)
  if (findBox(boxes, 'cmov')) throw new ContainerError('unsupported', 'the movie header is compressed (cmov)')
  const { version, fields } = openFullBox(requireBox(boxes, 'mvhd'))
  const timescale = positive(fields.skip(version === 1 ? 16 : 8).u32())
  const mvex = findBox(boxes, 'mvex')
  const defaults = readDefaults(mvex)
  const traks = boxes.filter((box) => box.type === 'trak').map((box) => boxesIn(box.body))
  const tracks = traks.filter((trak) => boxAt(trak, 'mdia', 'minf', 'stbl')).map((trak) => readTrack(trak, defaults))
  if (new Set(tracks.map(({ track }) => track.id)).size < tracks.length) {
    throw new ContainerError('malformed', 'two tracks have the same number')
  }
  return { timescale, tracks, fragmented: mvex !== undefined }
}

function readDefaults(mvex: Box | undefined): Map<number, SampleDefaults> {
  const all = new Map<number, SampleDefaults>()
  for (const trex of mvex === undefined ? [] : boxesIn(mvex.body).filter((box) => box.type === 'trex')) {
    const { fields } = openFullBox(trex)
    const trackId = fields.u32()
    all.set(trackId, { duration: fields.skip(4).u32(), size: fields.u32(), flags: fields.u32() })
  }
  return all
}

const NO_DEFAULTS: SampleDefaults = { duration: 0, size: 0, flags: 0 }

function readTrack(trak: readonly Box[], defaults: ReadonlyMap<number, SampleDefaults>): TrackHeader {
  const mdia = boxesIn(requireBox(trak, 'mdia').body)
  const minf = boxesIn(requireBox(mdia, 'minf').body)
  const tables = boxesIn(requireBox(minf, 'stbl').body)
  const { id, matrix } = readTkhd(requireBox(trak, 'tkhd'))
  const kind = kindOf(requireBox(mdia, 'hdlr'))
  const entries = boxesIn(requireBox(tables, 'stsd').body.subarray(8))
  const [entry] = entries
  if (entry === undefined) throw new ContainerError('malformed', `track ${id} has no sample description`)
  const picture = kind === 'video' ? sizeOf(entry.whole) : {}
  const { timescale, language } = readMdhd(requireBox(mdia, 'mdhd'))
  // Copies: views (and a slice of a Buffer is one) hold all of `moov`, some megabytes per hour, while the track is known.
  const sampleEntry = new Uint8Array(isoSampleEntry(entry.whole, kind))
  const track = { id, kind, timescale, sampleEntry, ...picture }
  return {
    track: kind === 'video' ? { ...track, matrix } : track,
    language,
    defaults: defaults.get(id) ?? NO_DEFAULTS,
    tables,
    editList: boxAt(trak, 'edts', 'elst'),
    obstacle: obstacleOf(entries, minf, kind),
  }
}

function readTkhd(tkhd: Box): { id: number; matrix: Uint8Array } {
  const { version, fields } = openFullBox(tkhd)
  const id = fields.skip(version === 1 ? 16 : 8).u32()
  const matrix = new Uint8Array(fields.skip(version === 1 ? 12 + 16 : 8 + 16).bytes(36))
  return { id, matrix }
}

function kindOf(hdlr: Box): ContainerTrack['kind'] {
  const handler = openFullBox(hdlr).fields.skip(4).fourCc()
  return HANDLERS[handler] ?? 'other'
}

const HANDLERS: Readonly<Record<string, ContainerTrack['kind']>> = {
  vide: 'video',
  soun: 'audio',
  text: 'subtitles',
  subt: 'subtitles',
  sbtl: 'subtitles',
  subp: 'subtitles',
  clcp: 'subtitles',
}

function readMdhd(mdhd: Box): { timescale: number; language: string } {
  const { version, fields } = openFullBox(mdhd)
  const timescale = positive(fields.skip(version === 1 ? 16 : 8).u32())
  const packed = fields.skip(version === 1 ? 8 : 4).u16()
  const letters = [packed >> 10, packed >> 5, packed].map((bits) => String.fromCharCode(0x60 + (bits & 0x1f))).join('')
  // Numbers below 0x400 and 0x7fff are QuickTime's own language codes.
  const known = packed >= 0x400 && packed !== 0x7fff && /^[a-z]{3}$/.test(letters)
  return { timescale, language: known ? letters : 'und' }
}

function positive(timescale: number): number {
  if (timescale === 0) throw new ContainerError('malformed', 'a timescale of zero')
  return timescale
}

function sizeOf(entry: Uint8Array): { width: number; height: number } {
  const { width, height } = readVideoSampleEntry(entry)
  return { width, height }
}

const ENCRYPTED = new Set(['encv', 'enca', 'enct', 'encs', 'drmi', 'drms'])

/** Sound of which a sample is a coded frame. In the rest, PCM above all, a sample may be one byte: millions a minute. */
const FRAMED_SOUND = new Set(
  'mp4a .mp3 ac-3 ec-3 ac-4 Opus fLaC alac dtsc dtsh dtsl dtse dtsx samr sawb mha1 mhm1 mlpa'.split(' '),
)

function obstacleOf(entries: readonly Box[], minf: readonly Box[], kind: ContainerTrack['kind']): string | null {
  const encrypted = entries.find((entry) => ENCRYPTED.has(entry.type))
  if (encrypted) return `encrypted (${printable(encrypted.type)})`
  if (entries.length > 1) return `${entries.length} sample descriptions`
  if (kind === 'other') return 'neither picture, sound nor text'
  if (kind === 'audio' && !entries.every((one) => FRAMED_SOUND.has(one.type))) return 'sound that is not made of frames'
  const [entry] = entries
  return entry === undefined || isInThisFile(entry.whole, minf, kind) ? null : 'payload in another file'
}

/** A data reference without flag 1 names another file (§8.7.2); QuickTime files may have no `dref` at all. */
function isInThisFile(entry: Uint8Array, minf: readonly Box[], kind: ContainerTrack['kind']): boolean {
  const dref = boxAt(minf, 'dinf', 'dref')
  if (dref === undefined) return true
  const references = boxesIn(dref.body.subarray(8))
  const read = kind === 'audio' ? readAudioSampleEntry : readVideoSampleEntry
  const index = kind === 'audio' || kind === 'video' ? read(entry).dataReferenceIndex : 1
  const reference = references[index - 1]
  return reference === undefined || (openFullBox(reference).flags & 1) === 1
}
