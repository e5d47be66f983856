import { type Box, openFullBox } from './box-reader.ts'
import { partOf, type SampleTable } from './sample-table.ts'

/** What an edit list (ISO/IEC 14496-12 §8.6.6) does to a track, as far as we follow it. */
export interface Edit {
  /** Silence or black before the media, in ticks of the movie. */
  readonly delay: number
  /** Where in the media the presentation begins, in ticks of the track. */
  readonly mediaTime: number
  /** How much of the media is shown, in ticks of the movie; 0 says all. */
  readonly duration: number
}

/** What is left of a track after its edit. */
export interface EditedSamples {
  /** In container time. */
  readonly samples: SampleTable
  readonly shownFromPts: number
  readonly shownUntilPts: number
}

const UNEDITED: Edit = { delay: 0, mediaTime: 0, duration: 0 }
const EMPTY = -1

/** The edit, or in words why it is more than a delay followed by one piece of the media at normal speed. */
export function readEditList(elst: Box | undefined): Edit | string {
  const edits = elst === undefined ? [] : entriesOf(elst)
  const [first, ...others] = edits
  if (first === undefined) return UNEDITED
  const isDelay = first.mediaTime === EMPTY
  const [media, ...more] = isDelay ? others : edits
  const delay = isDelay ? first.duration : 0
  if (media === undefined) return { ...UNEDITED, delay }
  if (more.length > 0 || media.mediaTime < 0) return `an edit list of ${edits.length} entries`
  if (media.rate !== 1) return `an edit at speed ${media.rate}`
  return { delay, mediaTime: media.mediaTime, duration: media.duration }
}

interface Entry {
  readonly duration: number
  readonly mediaTime: number
  readonly rate: number
}

function entriesOf(elst: Box): Entry[] {
  const { version, fields } = openFullBox(elst)
  // Rows of 12 bytes at least: a wrong count ends with the bytes.
  const entries: Entry[] = []
  for (let left = fields.u32(); left > 0; left--) {
    const duration = version === 1 ? fields.u64() : fields.u32()
    const mediaTime = version === 1 ? fields.i64() : fields.i32()
    entries.push({ duration, mediaTime, rate: fields.i32() / 0x1_0000 })
  }
  return entries
}

export interface EditContext {
  readonly kind: 'video' | 'audio' | 'subtitles' | 'other'
  readonly timescale: number
  readonly movieTimescale: number
  /** ffmpeg applies an edit to fragments as a mere shift. */
  readonly fragmented: boolean
}

/**
 * Moves samples from media time to container time, as ffprobe does: the piece that is shown begins at the delay. Of what
 * lies outside only what a decoder may need is kept: samples from the last sync sample before the piece (of sound, a second
 * more), and up to the last sample (in decode order) that belongs to it. The times in `media` are changed: a copy of those of
 * a long film would be some megabytes.
 */
export function applyEdit(media: SampleTable, edit: Edit, context: EditContext): EditedSamples {
  const delay = Math.round((edit.delay * context.timescale) / context.movieTimescale)
  const length = Math.round((edit.duration * context.timescale) / context.movieTimescale)
  const endsInMedia = edit.duration > 0 && !context.fragmented
  const untilMedia = endsInMedia ? edit.mediaTime + length : Number.POSITIVE_INFINITY
  const isCut = !context.fragmented && edit !== UNEDITED
  const needed = edit.mediaTime - (context.kind === 'audio' ? context.timescale : 0)
  const kept = isCut ? partOf(media, firstNeeded(media, needed), endOfNeeded(media, untilMedia)) : media
  const begin = isCut && context.kind === 'video' ? firstShown(kept, edit.mediaTime, untilMedia) : edit.mediaTime
  const shift = delay - begin
  for (let index = 0; index < kept.length; index++) {
    kept.dts[index] = (kept.dts[index] ?? 0) + shift
    kept.pts[index] = (kept.pts[index] ?? 0) + shift
  }
  return { samples: kept, shownFromPts: edit === UNEDITED ? -Infinity : delay, shownUntilPts: untilMedia + shift }
}

/** The last sync sample that shows at or before the beginning, or the first sample. */
function firstNeeded(media: SampleTable, time: number): number {
  let first = 0
  for (let index = 0; index < media.length && (media.dts[index] ?? 0) <= time; index++) {
    if (media.sync[index] === 1 && (media.pts[index] ?? 0) <= time) first = index
  }
  return first
}

function endOfNeeded(media: SampleTable, untilMedia: number): number {
  let end = media.length
  while (end > 0 && (media.pts[end - 1] ?? 0) >= untilMedia) end--
  return end
}

/** A piece that begins between two pictures begins with the second, which then shows at the delay exactly. */
function firstShown(media: SampleTable, mediaTime: number, untilMedia: number): number {
  let earliest = Number.POSITIVE_INFINITY
  for (const pts of media.pts) {
    if (pts >= mediaTime && pts < untilMedia && pts < earliest) earliest = pts
  }
  return earliest === Number.POSITIVE_INFINITY ? mediaTime : earliest
}
