import type { PackCatalog, PackStep } from '#domain/catalog.ts'
import { ConflictError } from '#domain/errors.ts'
import type { PackId, VideoId } from '#domain/ids.ts'
import type { Pack, Slice } from '#domain/video.ts'
import { requirePacks, type ShelvedVideo, type VideoShelf } from './video-shelf.ts'

type PackMethods = Pick<PackCatalog, 'packs' | 'pack' | 'newPackId' | 'markStored' | 'replacePack' | 'dropPacksFrom'>

export function packsAmong(shelf: VideoShelf): PackMethods {
  return {
    async packs(id) {
      const all = [...(shelf.videos.get(id)?.packs.values() ?? [])]
      return all.sort((one, other) => one.position - other.position)
    },

    pack: async (id) => shelf.ownerOf(id).pack,

    newPackId: () => shelf.world.newId() as PackId,

    async markStored(stored) {
      const changes = stored.map(({ id, ref }) => {
        const { packs, pack } = shelf.ownerOf(id)
        if (pack.state !== 'sealed' && pack.ref !== ref) throw notSealed(pack)
        return () => packs.set(id, { ...pack, state: 'stored', ref })
      })
      for (const change of changes) change()
    },

    async replacePack(id, was, now, { attachments = [], without = [] } = {}) {
      const { pack } = shelf.ownerOf(id)
      const shelved = shelf.shown(pack.videoId)
      if (pack.state !== 'stored' || pack.ref !== was.ref || pack.digest !== was.digest) throw movedMeanwhile(pack)
      for (const { slices } of attachments) requirePacks(slices, shelved.packs)
      shelved.packs.set(id, { ...pack, ...now })
      for (const name of without) shelved.attachments.delete(name)
      for (const attachment of attachments) shelved.attachments.set(attachment.name, attachment)
      shelved.video = { ...shelved.video, updatedAt: new Date(shelf.world.now()) }
    },

    async dropPacksFrom(id, position) {
      const shelved = shelf.videos.get(id)
      if (!shelved) return
      for (const pack of [...shelved.packs.values()]) if (pack.position >= position) forget(pack.id, shelved)
    },
  }
}

/** Packs as they are after these steps; throws ConflictError. */
export function packsAfter(
  steps: readonly PackStep[],
  videoId: VideoId,
  before: ReadonlyMap<PackId, Pack>,
): Map<PackId, Pack> {
  const packs = new Map(before)
  for (const step of steps) {
    const standing = [...packs.values()].find((pack) => pack.position === step.position)
    packs.set(step.id, afterStep(step, videoId, standing))
  }
  return packs
}

function afterStep({ id, position, sealed }: PackStep, videoId: VideoId, standing: Pack | undefined): Pack {
  if (standing && standing.id !== id) {
    throw new ConflictError(`Pack ${standing.id} stands at position ${position} already.`)
  }
  const pack = standing ?? { id, videoId, position, state: 'filling', ref: null, byteLength: 0, digest: null }
  if (!sealed) return pack
  const { byteLength, digest } = sealed
  if (pack.state !== 'stored') return { ...pack, state: 'sealed', byteLength, digest }
  if (pack.byteLength === byteLength && pack.digest === digest) return pack
  throw new ConflictError(`Pack ${id} is stored and cannot be sealed anew.`)
}

function notSealed({ id, state }: Pack): ConflictError {
  return new ConflictError(`Pack ${id} is ${state}, not sealed.`)
}

function movedMeanwhile({ id }: Pack): ConflictError {
  return new ConflictError(`Pack ${id} was moved meanwhile.`, { fix: 'Try again.' })
}

function forget(id: PackId, { packs, tracks, attachments }: ShelvedVideo): void {
  const touches = ({ slices }: { readonly slices: readonly Slice[] }) => slices.some(({ packId }) => packId === id)
  for (const { segments } of tracks.values())
    for (const [index, segment] of segments) if (touches(segment)) segments.delete(index)
  for (const [name, attachment] of attachments) if (touches(attachment)) attachments.delete(name)
  packs.delete(id)
}
