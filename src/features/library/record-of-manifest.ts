import type { VideoRecord } from '#domain/catalog.ts'
import { MANIFEST_NAME } from '#domain/manifest.ts'
import type { Attachment, Pack, Segment, Slice } from '#domain/video.ts'
import { type FoundPacks, packIdOf, sliceOf } from './found-packs.ts'

/**
 * The video as its manifest tells it, with the places where its packs were found. What lies in a pack that is lost is left
 * out, and said in a note. The packs of the manifest itself are not in it: they tell of themselves.
 */
export async function recordOfManifest(
  manifest: VideoRecord,
  found: FoundPacks,
): Promise<{ readonly record: VideoRecord; readonly how: 'whole' | 'partial' }> {
  const packs = await placedPacks(manifest, found)
  const there = new Set(packs.map(({ id }) => id))
  const isThere = ({ slices }: Segment | Attachment) => slices.every(({ packId }) => there.has(packId))
  const segments = manifest.segments.filter(isThere)
  const attachments = manifest.attachments.filter(isThere)
  const own = await manifestAttachment(found, packs)
  const lost = manifest.segments.filter((segment) => !isThere(segment))
  const notes = lost.length === 0 ? [] : [`Rebuilt without ${rangeOf(lost)}, whose bytes are lost.`]
  const video = { ...manifest.video, notes: [...manifest.video.notes, ...notes] }
  const isWhole = lost.length === 0 && attachments.length === manifest.attachments.length
  return {
    record: { ...manifest, video, packs, segments, attachments: [...attachments, ...(own ? [own] : [])] },
    how: isWhole ? 'whole' : 'partial',
  }
}

/** The packs that the manifest knows completely are taken at its word; the others are opened. */
async function placedPacks(manifest: VideoRecord, found: FoundPacks): Promise<Pack[]> {
  const told = new Map(manifest.packs.map((pack) => [pack.position, pack]))
  const positions = [...found.refs.keys()].sort((one, other) => one - other)
  const packs: Pack[] = []
  for (const position of positions) {
    const [known, ref] = [told.get(position), found.refs.get(position) ?? null]
    if (known && known.digest !== null) packs.push({ ...known, state: 'stored', ref })
    else {
      const pack = await found.pack(position)
      if (pack) packs.push({ ...pack, id: known?.id ?? pack.id })
    }
  }
  return packs
}

async function manifestAttachment(found: FoundPacks, packs: readonly Pack[]): Promise<Attachment | null> {
  const idAt = new Map(packs.map(({ position, id }) => [position, id]))
  const last = packs.at(-1)?.position ?? 0
  let runs = await found.newestRuns(`attachment ${MANIFEST_NAME}`, last)
  for (let first = last - 1; runs.length === 0 && first >= 0; first--) {
    runs = await found.newestRuns(`attachment ${MANIFEST_NAME}`, first)
  }
  const slices = runs.map(({ entry, position }): Slice => {
    return sliceOf(entry, idAt.get(position) ?? packIdOf(found.videoId, position))
  })
  const byteLength = slices.reduce((sum, { length }) => sum + length, 0)
  const facts = { kind: 'manifest', trackName: null, mediaType: 'application/json' } as const
  return runs.length === 0 ? null : { ...facts, videoId: found.videoId, name: MANIFEST_NAME, slices, byteLength }
}

function rangeOf(lost: readonly Segment[]): string {
  const first = Math.min(...lost.map(({ startSec }) => startSec))
  const last = Math.max(...lost.map(({ startSec, durationSec }) => startSec + durationSec))
  const inits = lost.some(({ index }) => index === 'init')
  return inits ? 'the start of a track' : `parts between second ${Math.floor(first)} and ${Math.ceil(last)}`
}
