import type { DownloadChoice } from '#domain/download.ts'
import { PlaylistUnreadableError } from '#domain/errors.ts'
import type { MultivariantPlaylist } from '#lib/hls/multivariant-playlist.ts'
import { chooseRenditions, type ChosenRenditions } from './choose-renditions.ts'
import { chooseVariant } from './choose-variant.ts'
import { uriPath } from './uri-path.ts'
import { variantGroups, type VariantGroup } from './variant-group.ts'

/**
 * The variant and renditions that are wished. A download that goes on stays with the variant at `pathBefore`, if that is
 * still offered. Throws PlaylistUnreadableError when nothing is, InvalidInputError for a format that is not.
 */
export function chooseStream(
  playlist: MultivariantPlaylist,
  choice: DownloadChoice,
  pathBefore: string | null,
): ChosenRenditions {
  const groups = variantGroups(playlist)
  if (groups.length === 0) throw nothingOffered(playlist)
  const before = pathBefore === null ? undefined : groups.find((group) => standsAt(group, pathBefore))
  const { group, notes } = before ? { group: before, notes: [] } : chooseVariant(groups, choice)
  const chosen = chooseRenditions(playlist, group, choice)
  return { renditions: chosen.renditions, notes: [...notes, ...chosen.notes] }
}

function standsAt({ variants }: VariantGroup, path: string): boolean {
  return variants.some(({ url }) => url !== null && uriPath(url) === path)
}

function nothingOffered({ iFrameVariants, variants }: MultivariantPlaylist): PlaylistUnreadableError {
  const why = iFrameVariants.length > 0 ? 'It lists key frames only.' : 'It names no variant with a usable address.'
  return new PlaylistUnreadableError('The playlist offers no stream.', variants[0]?.line ?? null, {
    why,
    fix: 'Check the address; the stream may not have begun yet.',
  })
}
