import type { MultivariantPlaylist, Variant } from '#lib/hls/multivariant-playlist.ts'
import { fitnessOf, type Fitness, hasVideoCodec } from './codec-fitness.ts'

/** Variants that give the same, from other hosts or pathways; the first is asked first, the others when it fails. */
export interface VariantGroup {
  readonly variants: readonly [Variant, ...Variant[]]
  readonly fitness: Fitness
  /** Null: nobody says, so it may be there. */
  readonly hasVideo: boolean
  readonly height: number | null
  readonly bitsPerSec: number
}

/** Groups in the order of the playlist. Variants without a usable address are left out. */
export function variantGroups({ variants, steering }: MultivariantPlaylist): readonly VariantGroup[] {
  const groups = new Map<string, Variant[]>()
  for (const variant of variants) {
    if (variant.url === null) continue
    const key = likeness(variant)
    const group = groups.get(key)
    if (group) group.push(variant)
    else groups.set(key, [variant])
  }
  return [...groups.values()].map((group) => groupOf(pathwayFirst(group, steering?.pathwayId ?? null)))
}

/**
 * What equal variants share. With pathways the groups of renditions are named differently on each (RFC 8216bis
 * §4.4.6.2), without them another group is another choice: the same picture with other sound.
 */
function likeness(variant: Variant): string {
  const { bandwidth, averageBandwidth, codecs, resolution, frameRate, videoRange, pathwayId } = variant
  const groups = pathwayId === null ? [variant.audioGroup, variant.subtitlesGroup] : []
  const picture = resolution && [resolution.width, resolution.height]
  const telling = bandwidth === null && codecs.length === 0 && resolution === null ? variant.url : null
  const stable = pathwayId === null ? null : variant.stableVariantId
  if (stable !== null) return JSON.stringify(['stable', stable])
  return JSON.stringify([bandwidth, averageBandwidth, codecs, picture, frameRate, videoRange, groups, telling])
}

function pathwayFirst(variants: readonly Variant[], pathwayId: string | null): readonly Variant[] {
  const preferred = pathwayId === null ? [] : variants.filter((variant) => variant.pathwayId === pathwayId)
  return preferred.length === 0 ? variants : [...preferred, ...variants.filter((other) => !preferred.includes(other))]
}

function groupOf(variants: readonly Variant[]): VariantGroup {
  const [first, ...others] = variants as readonly [Variant, ...Variant[]]
  const seen = new Set([first.url])
  const distinct = others.filter(({ url }) => !seen.has(url) && seen.add(url))
  return {
    variants: [first, ...distinct],
    fitness: fitnessOf(first.codecs),
    hasVideo: first.resolution !== null || (hasVideoCodec(first.codecs) ?? true),
    height: first.resolution?.height ?? null,
    bitsPerSec: first.bandwidth ?? first.averageBandwidth ?? 0,
  }
}
