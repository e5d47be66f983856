import { ContainerError } from '../container-error.ts'
import { type Box, boxesIn, openFullBox, requireBox } from './box-reader.ts'
import { box, concat, fourCc, fullBox, u16, u32, u64 } from './box-writer.ts'

/** A track of a file that is joined from composed init segments and fragments. */
export interface JoinedTrack {
  /** As `composeInit` writes it. */
  readonly init: Uint8Array
  /** ISO 639-2/T: `deu`, `und`. */
  readonly language: string
  /** Players choose it when nobody else does. */
  readonly isDefault: boolean
  /** Media time that is shown first, in ticks of the track; not much, for Chromium adds it to the length. */
  readonly startTicks: number
}

/**
 * `ftyp` and `moov` of one file with all these tracks, numbered from 1 in their order; fragments must be numbered alike (see
 * `renumberFragments`). Edit lists (ISO/IEC 14496-12 §8.6.6) let the presentation begin at 0. Throws ContainerError for
 * inits that are not as we compose them.
 */
export function joinInits(tracks: readonly JoinedTrack[], durationSec: number): Uint8Array {
  const movies = tracks.map(({ init }) => boxesIn(requireBox(boxesIn(init), 'moov').body))
  const [first] = movies
  if (!first) throw new ContainerError('unrepresentable', 'a film without tracks')
  const traks = movies.map((movie, index) => trakOf(requireBox(movie, 'trak'), index + 1, tracks[index] as JoinedTrack))
  const movieTicks = Math.round(durationSec * timescaleOf(requireBox(movies[0] ?? [], 'mvhd')))
  const mehd = fullBox('mehd', 1, 0, u64(movieTicks))
  const mvex = box('mvex', mehd, ...movies.map((_movie, index) => fullBox('trex', 0, 0, u32(index + 1, 1, 0, 0, 0))))
  const brands = fourCc('iso6mp41dash')
  const ftyp = box('ftyp', fourCc('iso6'), u32(0), brands)
  return concat([ftyp, box('moov', mvhdOf(requireBox(first, 'mvhd'), tracks.length + 1), ...traks, mvex)])
}

/** Ticks per second, of `mvhd` or `mdhd`. */
function timescaleOf(header: Box): number {
  const { version, fields } = openFullBox(header)
  return fields.skip(version === 1 ? 16 : 8).u32()
}

/** The time of the media of an init segment's track. */
export function mediaTimescaleOf(init: Uint8Array): number {
  return timescaleOf(requireBox(boxesIn(init), 'moov', 'trak', 'mdia', 'mdhd'))
}

/** `next_track_ID` is the last of its fields (§8.2.2). */
function mvhdOf(mvhd: Box, nextTrackId: number): Uint8Array {
  return patched(mvhd, [[mvhd.whole.length - 4, u32(nextTrackId)]])
}

function trakOf(trak: Box, id: number, track: JoinedTrack): Uint8Array {
  const boxes = boxesIn(trak.body)
  const mdia = boxesIn(requireBox(boxes, 'mdia').body)
  const mdhd = requireBox(mdia, 'mdhd')
  const isSound = new TextDecoder().decode(requireBox(mdia, 'hdlr').body.subarray(8, 12)) === 'soun'
  // Duration 0: all that comes in fragments.
  const elst = fullBox('elst', 0, 0, u32(1, 0, track.startTicks, 0x1_0000))
  const others = mdia.filter((each) => each !== mdhd).map(({ whole }) => whole)
  const tkhd = tkhdOf(requireBox(boxes, 'tkhd'), id, { isShown: track.isDefault || !isSound, group: isSound ? 1 : 0 })
  return box('trak', tkhd, box('edts', elst), box('mdia', mdhdOf(mdhd, track.language), ...others))
}

const ENABLED_AND_IN_MOVIE = 3
const IN_MOVIE = 2

/** §8.3.2, version 0: track_ID at 12 and alternate_group at 34 of the body. Of tracks in a group one is played. */
function tkhdOf(tkhd: Box, id: number, { isShown, group }: { readonly isShown: boolean; readonly group: number }) {
  if (openFullBox(tkhd).version !== 0) throw new ContainerError('malformed', 'a track header that we did not compose')
  const header = tkhd.whole.length - tkhd.body.length
  return patched(tkhd, [
    [header, u32(isShown ? ENABLED_AND_IN_MOVIE : IN_MOVIE)],
    [header + 12, u32(id)],
    [header + 34, u16(group)],
  ])
}

/** §8.4.2: three letters of five bits, 4 bytes before the end. */
function mdhdOf(mdhd: Box, language: string): Uint8Array {
  const letters = /^[a-z]{3}$/.test(language) ? language : 'und'
  const code = Array.from(letters).reduce((sum, letter) => sum * 32 + letter.charCodeAt(0) - 0x60, 0)
  return patched(mdhd, [[mdhd.whole.length - 4, u16(code)]])
}

function patched({ whole }: Box, patches: readonly (readonly [offset: number, bytes: Uint8Array])[]): Uint8Array {
  const copy = whole.slice()
  for (const [offset, bytes] of patches) copy.set(bytes, offset)
  return copy
}
