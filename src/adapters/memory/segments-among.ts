import type { PackCatalog } from '#domain/catalog.ts'
import { InvalidInputError, SegmentNotFoundError, TrackNotFoundError } from '#domain/errors.ts'
import type { PackId, VideoId } from '#domain/ids.ts'
import type { Attachment, Pack, Segment, Slice } from '#domain/video.ts'
import { packsAfter } from './packs-among.ts'
import { requirePacks, type ShelvedVideo, type VideoShelf } from './video-shelf.ts'

export function segmentsAmong(shelf: VideoShelf): Pick<PackCatalog, 'addEntries' | 'segments' | 'segment'> {
  return {
    async addEntries(id, { packs: steps = [], segments = [], attachments = [] }) {
      const shelved = shelf.shown(id)
      const packs = packsAfter(steps, id, shelved.packs)
      requireConsistent(id, segments, attachments, { ...shelved, packs })
      for (const [packId, pack] of packs) shelved.packs.set(packId, pack)
      for (const each of segments) shelved.tracks.get(each.trackId)?.segments.set(each.index, structuredClone(each))
      for (const each of attachments) shelved.attachments.set(each.name, structuredClone(each))
      for (const { slices } of [...segments, ...attachments]) growPacks(slices, shelved.packs)
    },

    segments: async (id) => [...(shelf.track(id)?.segments.values() ?? [])].sort(byIndex),

    async segment(id, index) {
      const found = shelf.track(id)?.segments.get(index)
      if (!found) throw new SegmentNotFoundError(`Track ${id} has no segment ${index}.`)
      return found
    },
  }
}

function requireConsistent(
  id: VideoId,
  segments: readonly Segment[],
  attachments: readonly Attachment[],
  { tracks, packs }: ShelvedVideo,
): void {
  for (const { trackId, slices } of segments) {
    if (!tracks.has(trackId)) throw new TrackNotFoundError(`Video ${id} has no track ${trackId}.`)
    requirePacks(slices, packs)
  }
  for (const { name, videoId, slices } of attachments) {
    if (videoId !== id) throw new InvalidInputError(`${name} belongs to video ${videoId}, not to ${id}.`)
    requirePacks(slices, packs)
  }
}

/** Init first. For `sort`. */
export function byIndex(one: Segment, other: Segment): number {
  const [first, second] = [one, other].map(({ index }) => (index === 'init' ? -1 : index)) as [number, number]
  return first - second
}

function growPacks(slices: readonly Slice[], packs: Map<PackId, Pack>): void {
  for (const { packId, offset, length } of slices) {
    const pack = packs.get(packId)
    if (pack && pack.byteLength < offset + length) packs.set(packId, { ...pack, byteLength: offset + length })
  }
}
