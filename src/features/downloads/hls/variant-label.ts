import { codecWords } from './codec-fitness.ts'
import type { VariantGroup } from './variant-group.ts'

/** `1080p · H.264 + AAC · 4.2 Mbit/s`; what nobody says is left out. */
export function variantLabel({
  height,
  hasVideo,
  bitsPerSec,
  variants: [{ codecs, videoRange, frameRate }],
}: VariantGroup): string {
  const parts = [
    height === null
      ? hasVideo
        ? 'picture'
        : 'sound alone'
      : `${height}p${frameRate !== null && frameRate > 31 ? Math.round(frameRate) : ''}`,
    videoRange === null || videoRange === 'SDR' ? '' : 'HDR',
    codecWords(codecs),
    bitsPerSec > 0 ? bitRateWords(bitsPerSec) : '',
  ]
  return parts.filter((part) => part !== '').join(' · ')
}

/** One name for each, the same as long as the variants are: `1080p-4200k`, `sound-128k`. */
export function formatIdsOf(groups: readonly VariantGroup[]): readonly string[] {
  const taken = new Map<string, number>()
  return groups.map(({ height, hasVideo, bitsPerSec }) => {
    const size = height === null ? (hasVideo ? 'picture' : 'sound') : `${height}p`
    const name = bitsPerSec > 0 ? `${size}-${Math.round(bitsPerSec / 1000)}k` : size
    const count = (taken.get(name) ?? 0) + 1
    taken.set(name, count)
    return count === 1 ? name : `${name}-${count}`
  })
}

function bitRateWords(bitsPerSec: number): string {
  return bitsPerSec >= 1_000_000
    ? `${(bitsPerSec / 1_000_000).toFixed(1)} Mbit/s`
    : `${Math.round(bitsPerSec / 1000)} kbit/s`
}
