import type { DownloadChoice } from '#domain/download.ts'
import { InvalidInputError } from '#domain/errors.ts'
import type { VariantGroup } from './variant-group.ts'
import { formatIdsOf, variantLabel } from './variant-label.ts'

interface ChosenVariant {
  readonly group: VariantGroup
  readonly notes: readonly string[]
}

/**
 * The variant that fits the wish. `best` prefers what every browser shows over what is bigger; a number lets the size
 * decide among what is not too big. Throws InvalidInputError for a format that is not offered.
 */
export function chooseVariant(
  groups: readonly VariantGroup[],
  { quality, formatId }: Pick<DownloadChoice, 'quality' | 'formatId'>,
): ChosenVariant {
  if (formatId !== undefined) return { group: byFormat(groups, formatId), notes: [] }
  if (quality === 'audio-only') return soundAlone(groups)
  const seen = groups.filter(({ hasVideo }) => hasVideo)
  const candidates = seen.length === 0 ? groups : seen
  const usable = candidates.some(({ fitness }) => fitness > 0)
    ? candidates.filter(({ fitness }) => fitness > 0)
    : candidates
  const group = pick(usable, quality)
  return { group, notes: notesOn(group, candidates, quality) }
}

function pick(groups: readonly VariantGroup[], quality: 'best' | 'worst' | number): VariantGroup {
  if (quality === 'best') return first(groups.toSorted((a, b) => b.fitness - a.fitness || bigger(a, b)))
  if (quality === 'worst') return first(groups.toSorted((a, b) => -bigger(a, b)))
  const small = groups.filter(({ height }) => height === null || height <= quality)
  // Nothing is small enough: the smallest there is.
  if (small.length === 0) return first(groups.toSorted((a, b) => -bigger(a, b)))
  return first(small.toSorted((a, b) => lines(b) - lines(a) || b.fitness - a.fitness || bigger(a, b)))
}

/** Before the other in a list that begins with the best: more lines, what the server likes better, plain range, frames, bits. */
function bigger(a: VariantGroup, b: VariantGroup): number {
  const [one, other] = [a.variants[0], b.variants[0]]
  return (
    lines(b) - lines(a) ||
    (other.score ?? 0) - (one.score ?? 0) ||
    Number(isPlainRange(other.videoRange)) - Number(isPlainRange(one.videoRange)) ||
    b.bitsPerSec - a.bitsPerSec ||
    b.fitness - a.fitness ||
    (other.frameRate ?? 0) - (one.frameRate ?? 0)
  )
}

function lines({ height }: VariantGroup): number {
  return height ?? 0
}

function isPlainRange(videoRange: string | null): boolean {
  return videoRange === null || videoRange === 'SDR'
}

/** The best sound that comes without picture; a variant with picture when there is none, and then the renditions decide. */
function soundAlone(groups: readonly VariantGroup[]): ChosenVariant {
  const sounds = groups.filter(({ hasVideo, fitness }) => !hasVideo && fitness > 0)
  const order = (a: VariantGroup, b: VariantGroup) => b.fitness - a.fitness || b.bitsPerSec - a.bitsPerSec
  if (sounds.length > 0) return { group: first(sounds.toSorted(order)), notes: [] }
  return { group: pick(groups, 'best'), notes: [] }
}

function byFormat(groups: readonly VariantGroup[], formatId: string): VariantGroup {
  const ids = formatIdsOf(groups)
  const group = groups[ids.indexOf(formatId)]
  if (group) return group
  throw new InvalidInputError(`The stream offers no format ${JSON.stringify(formatId.slice(0, 40))}.`, {
    why: `It offers ${ids.slice(0, 20).join(', ')}.`,
    fix: 'Choose one of these, or a number of lines.',
  })
}

function notesOn(group: VariantGroup, offered: readonly VariantGroup[], quality: DownloadChoice['quality']): string[] {
  const notes = [
    `Chosen: ${variantLabel(group)} of ${offered.length === 1 ? 'one variant' : `${offered.length} variants`}.`,
  ]
  const tallest = first(offered.toSorted(bigger))
  if (quality === 'best' && lines(tallest) > lines(group)) {
    notes.push(
      `Left out: ${variantLabel(tallest)}, which not every player shows; ask for ${tallest.height} lines to get it.`,
    )
  }
  if (typeof quality === 'number' && lines(group) > quality) {
    notes.push(`Nothing has ${quality} lines or fewer; this is the smallest.`)
  }
  if (group.fitness === 0) notes.push('No player we know of shows all its codecs.')
  return notes
}

function first<T>(list: readonly T[]): T {
  const [item] = list
  if (item === undefined) throw new RangeError('a choice among nothing')
  return item
}
